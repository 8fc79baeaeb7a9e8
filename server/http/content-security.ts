import { randomBytes } from "node:crypto";

/** For answers that are no page: nothing in them is ever run, and nobody frames them. */
export const CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * The policy of one page. Its scripts are our own files and those that carry this nonce: text that found its way into a
 * page as markup stays text. Styles may stand inline, as charts, graph and editor write them.
 */
export function pagePolicy(nonce = randomBytes(16).toString("base64")): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    // Large graphs are laid out in one; what it loads is held to the policy of its own file.
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
