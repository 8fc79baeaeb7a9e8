const DETAILS = /^jwt_authn_access_denied\{(.*)\}$/;
const MARK = /^jwt\[([\w.-]*)\](?:-by\[([^\]]*)\])?$/;
const REASON_CHARS_MAX = 60;
/** More than that are told as so many. */
const NAMED_MAX = 4;

/** What keys a request whose token was refused, where others have the policy that denied: `jwt[REASON]`; empty for other details. */
export function parseTokenRefusal(responseCodeDetails: string): string {
  const reason = DETAILS.exec(responseCodeDetails)?.[1];
  return reason === undefined ? "" : `jwt[${reason.replace(/[^\w.-]+/g, "_").slice(0, REASON_CHARS_MAX)}]`;
}

export function isTokenRefusal(deniedBy: string): boolean {
  return MARK.test(deniedBy);
}

/** The same with the RequestAuthentications that stand over the workload: Envoy does not say which of them it was. */
export function withAuthentications(
  refusal: string,
  policies: readonly { readonly namespace: string; readonly name: string }[],
): string {
  const names = policies.slice(0, NAMED_MAX).map(({ namespace, name }) => `${namespace}/${name}`);
  return names.length === 0
    ? withoutAuthentications(refusal)
    : `${withoutAuthentications(refusal)}-by[${names.join(",")}]`;
}

function withoutAuthentications(refusal: string): string {
  return refusal.replace(/-by\[.*$/, "");
}

/** What a person reads: `RequestAuthentication/NAMESPACE/NAME` of each, else why; undefined for denials of other kinds. */
export function nameTokenRefusal(deniedBy: string): string[] | undefined {
  const [, reason, names] = MARK.exec(deniedBy) ?? [];
  if (reason === undefined) return undefined;
  if (names !== undefined && names !== "") return names.split(",").map((name) => `RequestAuthentication/${name}`);
  return [`the token was refused: ${reason.replaceAll("_", " ")}`];
}
