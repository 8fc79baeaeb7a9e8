import { PharosError } from "#core/errors.ts";
import { Secret } from "#core/secret.ts";

/** Lets one host join once as one identity, and lets it know the right server before it trusts any. */
export interface JoinToken {
  /** host:port of the control plane. */
  readonly server: string;
  /** SHA-256 of the mesh's root certificate (DER), lower-case hex. */
  readonly rootFingerprint: string;
  readonly id: string;
  readonly secret: Secret<string>;
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** WorkloadGroup that its agent is an instance of, where the agent's own settings say none. */
  readonly group?: string;
}

const PREFIX = "pharos1";
const HINT = "copy the whole line that `pharos token create` printed";

function toBase64Url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/** `pharos1.CLAIMS.SECRET`: one word that survives a terminal, a mail and a YAML file. */
export function formatJoinToken(token: JoinToken): string {
  const { server, rootFingerprint, id, trustDomain, namespace, serviceAccount, group } = token;
  const claims = toBase64Url(
    JSON.stringify({ s: server, f: rootFingerprint, i: id, t: trustDomain, n: namespace, a: serviceAccount, g: group }),
  );
  return `${PREFIX}.${claims}.${token.secret.reveal()}`;
}

/** Throws "invalid" for anything that `formatJoinToken` did not make. */
export function parseJoinToken(text: string): JoinToken {
  const [prefix, claims = "", secret = "", ...rest] = text.trim().split(".");
  const refuse = (why: string): never => {
    throw new PharosError("invalid", `the join token ${why}`, { hint: HINT });
  };
  if (prefix !== PREFIX || rest.length > 0 || !/^[A-Za-z0-9_-]{32,}$/.test(secret))
    refuse(prefix === PREFIX ? "is cut off" : "is not one");
  let parsed: unknown;
  try {
    parsed = JSON.parse(fromBase64Url(claims));
  } catch {
    refuse("is damaged");
  }
  if (typeof parsed !== "object" || parsed === null) return refuse("is damaged");
  const all = parsed as Readonly<Record<string, unknown>>;
  const text_ = (key: string): string => {
    const value = all[key];
    return typeof value === "string" && value !== "" ? value : refuse("is damaged");
  };
  const id = text_("i");
  // Ids are printed in logs and audit lines before anybody knows whether they are true.
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) refuse("is damaged");
  const rootFingerprint = text_("f");
  if (!/^[0-9a-f]{64}$/.test(rootFingerprint)) refuse("is damaged");
  return {
    server: text_("s"),
    rootFingerprint,
    id,
    trustDomain: text_("t"),
    namespace: text_("n"),
    serviceAccount: text_("a"),
    ...("g" in all ? { group: text_("g") } : {}),
    secret: new Secret(secret),
  };
}
