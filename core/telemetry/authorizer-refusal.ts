import { type AccessEntry, numberOf, textOf } from "#core/telemetry/access-entry.ts";
import { namesIn } from "#core/telemetry/named-refusal.ts";

const WORDS = {
  denied: "the external authorizer refused it",
  error: "the external authorizer could not be asked",
} as const;
type Cause = keyof typeof WORDS;

/** What Envoy's filters, of HTTP and of TCP, write as response code details. */
const DETAILS = /^ext_authz_(denied|error)$/;
const MARK = /^authz\[(denied|error)\](?:-by\[[^\]]*\])?$/;

/**
 * What keys a request or connection that an external authorizer refused, where others have the policy that denied: `authz[CAUSE]`. Empty
 * for lines of other kinds, and where it sent the caller elsewhere, as to a login.
 */
export function parseAuthorizerRefusal(entry: AccessEntry): string {
  const cause = DETAILS.exec(textOf(entry.cd))?.[1];
  const code = numberOf(entry.c);
  return cause === undefined || (code > 0 && code < 400) ? "" : `authz[${cause}]`;
}

export function isAuthorizerRefusal(deniedBy: string): boolean {
  return MARK.test(deniedBy);
}

/** What a person reads: `AuthorizationPolicy/NAMESPACE/NAME` of each that has the authorizer asked, else why; undefined for denials of other kinds. */
export function nameAuthorizerRefusal(deniedBy: string): string[] | undefined {
  const cause = MARK.exec(deniedBy)?.[1];
  if (cause === undefined) return undefined;
  const names = namesIn(deniedBy);
  return names.length === 0 ? [WORDS[cause as Cause]] : names.map((name) => `AuthorizationPolicy/${name}`);
}
