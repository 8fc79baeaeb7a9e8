import { compileLike } from "#core/compile-like.ts";

/** Never leave a host, whatever the control plane asks for. */
export const ALWAYS_REDACTED = ["authorization", "cookie", "proxy-authorization", "set-cookie"] as const;

/** What else does not, unless Settings say otherwise. */
export const DEFAULT_REDACTED: readonly string[] = [
  "*access-key*",
  "*api-key*",
  "*apikey*",
  "*assertion*",
  "*auth-key*",
  "*authorization*",
  "*bearer*",
  "*cookie*",
  "*credential*",
  "*csrf*",
  "*functions-key*",
  "*jwt*",
  "*passphrase*",
  "*passw*",
  "*private-key*",
  "*secret*",
  "*session*",
  "*signature*",
  "*subscription-key*",
  "*token*",
  "*xsrf*",
  // Tokens of Kubernetes' clients.
  "sec-websocket-protocol",
  "x-forwarded-client-cert",
];

export const REDACTED_PATTERNS_MAX = 200;
/** A header's name with stars for anything; lower case, as all are compared. */
export const REDACTED_PATTERN = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Hold addresses: what stands behind a "?" or "#" or before an "@" of those is a secret more often than not. */
const ADDRESSES: ReadonlySet<string> = new Set([
  ":path",
  "content-location",
  "link",
  "location",
  "origin",
  "referer",
  "refresh",
  "x-envoy-original-path",
  "x-forwarded-uri",
  "x-original-uri",
  "x-original-url",
  "x-rewrite-url",
]);

/** Holds several addresses, each in angle brackets. */
const LINK = "link";
/** As credentials are written, whatever the header is called: after their scheme (in quotes, where it is a list of values), or as a signed token. */
const CREDENTIALS =
  /^\s*(?:basic|bearer|negotiate|ntlm)\s+[\w.~+/-]+=*\s*$|"\s*(?:basic|bearer|negotiate|ntlm)\s+[\w.~+/-]+=*\s*"|(?:^|[\s=:,;"])eyJ[\w-]+\.[\w-]+\./i;

/** What stands in the place of what is not shown. */
export const REDACTED = "redacted";

export interface Redaction {
  readonly value: string;
  readonly isRedacted: boolean;
}

export type Redact = (name: string, value: string) => Redaction;

/**
 * What of a header may be shown: nothing where its name is one of these (some write "_" for "-"), or its value is a credential; and of addresses
 * neither query, fragment nor user.
 */
export function compileRedaction(patterns: readonly string[]): Redact {
  const all = [...new Set([...ALWAYS_REDACTED, ...patterns].map(spelled))];
  const exact = new Set(all.filter((pattern) => !pattern.includes("*")));
  const like = all.filter((pattern) => pattern.includes("*")).map(compileLike);
  return (name, value) => {
    const told = spelled(name);
    if (exact.has(told) || like.some((isLike) => isLike(told)) || CREDENTIALS.test(value))
      return { value: "", isRedacted: true };
    return { value: ADDRESSES.has(told) ? withoutSecrets(value, told === LINK) : value, isRedacted: false };
  };
}

const spelled = (name: string): string => name.toLowerCase().replaceAll("_", "-");

/** A query has commas, quotes and what is no ASCII as well: of one address it is all that follows. */
function withoutSecrets(value: string, isList: boolean): string {
  return value
    .replaceAll(isList ? /([?#])[^>]*/g : /([?#]).*/gs, `$1${REDACTED}`)
    .replaceAll(/\/\/[^/\s?#]*@/g, `//${REDACTED}@`);
}

/** Of what a host tells unasked: what stays there whatever is set. */
export const redactAlways: Redact = compileRedaction([]);
