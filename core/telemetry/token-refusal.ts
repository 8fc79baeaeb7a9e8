import { namesIn } from "#core/telemetry/named-refusal.ts";

const DETAILS = /^jwt_authn_access_denied\{(.*)\}$/;
const MARK = /^jwt\[([\w.-]*)\](?:-by\[[^\]]*\])?$/;
const REASON_CHARS_MAX = 60;

/** What keys a request whose token was refused, where others have the policy that denied: `jwt[REASON]`; empty for other details. */
export function parseTokenRefusal(responseCodeDetails: string): string {
  const reason = DETAILS.exec(responseCodeDetails)?.[1];
  return reason === undefined ? "" : `jwt[${reason.replace(/[^\w.-]+/g, "_").slice(0, REASON_CHARS_MAX)}]`;
}

export function isTokenRefusal(deniedBy: string): boolean {
  return MARK.test(deniedBy);
}

/** What a person reads: `RequestAuthentication/NAMESPACE/NAME` of each, else why; undefined for denials of other kinds. */
export function nameTokenRefusal(deniedBy: string): string[] | undefined {
  const reason = MARK.exec(deniedBy)?.[1];
  if (reason === undefined) return undefined;
  const names = namesIn(deniedBy);
  return names.length === 0
    ? [`the token was refused: ${reason.replaceAll("_", " ")}`]
    : names.map((name) => `RequestAuthentication/${name}`);
}
