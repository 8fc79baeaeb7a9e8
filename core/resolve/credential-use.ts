import { parseCredentialReference, ROOTS_ENDING } from "#core/kinds/credential-reference.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";

/** What is known of credentials, by `namespace/name`. */
export interface CredentialReader {
  credential(key: string): CredentialFacts | undefined;
}

/** As a resource writes it: `[NAMESPACE/]NAME`. */
export interface NamedCredential {
  readonly credential: string;
  readonly part: "pair" | "roots";
}

/** A part of a credential that a resource names, as the proxies of a namespace find it. */
export interface CredentialUse {
  /** `namespace/name` of the one that has it, or where it was looked for. */
  readonly key: string;
  readonly part: "pair" | "roots";
  readonly state: CredentialState;
}

/** Other than usable: nobody is served it. */
export type CredentialState = "usable" | "missing" | "damaged" | "without-pair" | "without-roots" | "other-namespace";

/**
 * Credentials are given to proxies of their own namespace alone. Authorities are those of the credential `NAME-cacert` where it is there, and else
 * of NAME (Istio's `GetCaCert`).
 */
export function resolveCredential(
  reader: CredentialReader,
  { credential, part }: NamedCredential,
  proxyNamespace: string,
): CredentialUse {
  const { namespace = proxyNamespace, name } = parseCredentialReference(credential);
  const own = `${namespace}/${name}`;
  const isCompanion = part === "roots" && name.endsWith(ROOTS_ENDING);
  const key =
    isCompanion && reader.credential(own) === undefined ? `${namespace}/${name.slice(0, -ROOTS_ENDING.length)}` : own;
  const state = namespace === proxyNamespace ? stateOf(reader.credential(key), part) : "other-namespace";
  return { key, part, state };
}

function stateOf(facts: CredentialFacts | undefined, part: "pair" | "roots"): CredentialState {
  if (facts === undefined) return "missing";
  if (facts.kind === "damaged") return "damaged";
  if (part === "pair") return facts.certificate === undefined ? "without-pair" : "usable";
  return facts.roots.length === 0 ? "without-roots" : "usable";
}
