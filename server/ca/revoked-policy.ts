import type { Revoked } from "#core/identity/revoked.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { Resource } from "#core/resource/resource.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

/** No name that a person could give a resource: nobody changes it by writing one. */
export const REVOKED_POLICY = {
  kind: "AuthorizationPolicy",
  namespace: ROOT_NAMESPACE,
  name: "pharos:revoked",
} as const;

/**
 * Denies what is revoked by name at every proxy, request by request: a revocation list is read when a connection begins, and
 * callers keep theirs open for hours. Undefined while no identity and no namespace is revoked.
 */
export function buildRevokedPolicy({ identities, namespaces }: Revoked): Resource<"AuthorizationPolicy"> | undefined {
  const principals = [...identities.keys()].flatMap((id) => {
    const identity = parseSpiffeId(id);
    return identity === undefined
      ? []
      : `${identity.trustDomain}/ns/${identity.namespace}/sa/${identity.serviceAccount}`;
  });
  const from = [
    ...(principals.length === 0 ? [] : [{ source: { principals } }]),
    ...(namespaces.size === 0 ? [] : [{ source: { namespaces: [...namespaces.keys()] } }]),
  ];
  if (from.length === 0) return undefined;
  const { kind, namespace, name } = REVOKED_POLICY;
  return {
    apiVersion: "security.istio.io/v1",
    kind,
    metadata: { namespace, name },
    spec: { action: "DENY", rules: [{ from }] },
  };
}
