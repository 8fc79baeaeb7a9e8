import { PharosError } from "#core/errors.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { type Peer, whyUntrusted } from "#grpc/peer.ts";

export interface NodeRules {
  readonly trustDomain: string;
  readonly nowMs: number;
  /** The registered instance (`namespace/name`). */
  readonly find: (instance: string) => WorkloadInstance | undefined;
}

/** A node as it is served: what it says of itself gives way to what is registered. */
export interface AdmittedNode {
  readonly node: ProxyNode;
  readonly spiffeId: string | null;
  /** It is the proxy of a registered instance: another that has taken its name meanwhile gives way. */
  readonly isRegistered: boolean;
}

/**
 * A node is who its certificate says: trusted, in its time, with the SPIFFE id of the namespace and account that the node
 * names; a node that names no account is whichever its certificate says, and no node takes the name of another account's
 * instance. Labels and workload are the registered instance's, or none. Throws "unauthenticated" without a good certificate, "forbidden"
 * with another's.
 */
export function authorizeNode(node: ProxyNode, peer: Peer, { trustDomain, nowMs, find }: NodeRules): AdmittedNode {
  const { certificate } = peer;
  if (certificate === null)
    throw new PharosError("unauthenticated", `node ${node.id} showed no certificate`, {
      hint: "join first: `pharos agent` or `pharos join` with a token",
    });
  const hint = "join again with a new token";
  if (certificate.notAfter.getTime() <= nowMs)
    throw new PharosError(
      "unauthenticated",
      `node ${node.id}: certificate ${certificate.serial} of ${certificate.uris.join(", ")} ended at ${certificate.notAfter.toISOString()}`,
      { hint },
    );
  const problem = whyUntrusted(certificate);
  if (problem !== undefined) throw new PharosError("unauthenticated", `node ${node.id}: ${problem}`, { hint });
  const { namespace, metadata } = node;
  const [uri = "", ...more] = certificate.uris;
  const identity = more.length === 0 ? parseSpiffeId(uri) : undefined;
  const isItself =
    identity?.trustDomain === trustDomain &&
    identity.namespace === namespace &&
    (metadata.SERVICE_ACCOUNT === "" || identity.serviceAccount === metadata.SERVICE_ACCOUNT);
  const instance = find(`${namespace}/${node.name}`);
  const owner = instance?.serviceAccount;
  if (isItself && owner !== undefined && owner !== identity.serviceAccount)
    throw new PharosError(
      "forbidden",
      `node ${node.id} takes the name of instance ${namespace}/${node.name} of account ${owner}, but showed ${uri}`,
      { hint: "give each instance a name of its own" },
    );
  if (isItself)
    return {
      spiffeId: uri,
      isRegistered: instance !== undefined,
      node: {
        ...node,
        isBounded: true,
        metadata: {
          ...metadata,
          LABELS: instance?.labels ?? {},
          SERVICE_ACCOUNT: identity.serviceAccount,
          WORKLOAD_NAME: instance?.workload ?? "",
        },
      },
    };
  throw new PharosError(
    "forbidden",
    `node ${node.id} needs the identity spiffe://${trustDomain}/ns/${namespace}/sa/${metadata.SERVICE_ACCOUNT || "…"} but showed ${certificate.uris.join(", ") || "none"}`,
    { hint: "a proxy's namespace and service account are those of the token it joined with" },
  );
}
