import { clone } from "@bufbuild/protobuf";
import type { ClusterMatch } from "#core/resolve/envoy-patches.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { mergeAny } from "#server/envoy/patches/merge-any.ts";
import { mergeMessage } from "#server/envoy/patches/merge-message.ts";
import { type Added, isMerge, listMerge, type PatchSet, type ReadyPatch } from "#server/envoy/patches/patch-set.ts";

/** A cluster with Istio's patches made. `hosts` are the services behind an inbound one. Undefined: one removes it. What is given stays as it is. */
export function patchCluster(patches: PatchSet, given: Cluster, hosts: readonly string[] = []): Cluster | undefined {
  const all = patches.of("CLUSTER").filter(({ patch }) => matchesCluster(patch.cluster, given.name, hosts));
  let cluster = given;
  for (const ready of all) {
    if (ready.patch.operation === "REMOVE") {
      patches.note(ready);
      return undefined;
    }
    if (!isMerge(ready)) continue;
    patches.note(ready);
    if (cluster === given) cluster = clone(ClusterSchema, given);
    if (!mergeSocket(ready, cluster)) mergeMessage(ClusterSchema, cluster, ready.make(), listMerge(ready));
  }
  return cluster;
}

/** Clusters that are added. Those for any context are added once, for calls. */
export function addedClusters(patches: PatchSet, isInbound: boolean): readonly Added<Cluster>[] {
  return patches.of("CLUSTER").flatMap((ready) => {
    if (ready.patch.operation !== "ADD" || (isInbound && ready.patch.context === "ANY")) return [];
    patches.note(ready);
    const { resource, path } = ready.patch;
    return [{ message: ready.make(), origin: { resource, path } }];
  });
}

/**
 * A transport socket is merged into the one of its name, or put in its place; then nothing else of the value is merged, as in Istio.
 * Where a cluster chooses among several and has none of the name, nothing is.
 */
function mergeSocket(ready: ReadyPatch<"CLUSTER">, cluster: Cluster): boolean {
  const { transportSocket: given } = ready.make();
  if (given === undefined) return false;
  const choices = cluster.transportSocketMatches.map(({ transportSocket }) => transportSocket);
  const known = [...choices, ...(choices.length === 0 ? [cluster.transportSocket] : [])].find(
    (each) => each?.name === given.name,
  );
  if (known === undefined) {
    if (choices.length === 0) cluster.transportSocket = given;
    return true;
  }
  if (known.configType.case === "typedConfig" && given.configType.case === "typedConfig") {
    const merged = mergeAny(known.configType.value, given.configType.value);
    if (merged !== undefined) known.configType = { case: "typedConfig", value: merged };
  }
  return true;
}

/** `outbound|9080|v1|reviews.default.svc.cluster.local` */
const NAME = /^(?<direction>outbound|inbound)_?\|(?<port>\d*)\|(?<subset>[^|]*)\|(?<host>.*)$/;

function matchesCluster(match: ClusterMatch | undefined, name: string, hosts: readonly string[]): boolean {
  if (match === undefined) return true;
  const { name: wanted = "", service = "", subset = "", portNumber = 0 } = match;
  if (wanted !== "") return wanted === name;
  const found = NAME.exec(name)?.groups;
  const known = found?.direction === "inbound" && hosts.length > 0 ? hosts : [found?.host ?? ""];
  return (
    (subset === "" || subset === found?.subset) &&
    (service === "" || known.includes(service)) &&
    (portNumber === 0 || portNumber === Number(found?.port ?? 0))
  );
}
