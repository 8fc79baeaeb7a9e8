import { expect } from "vitest";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { type Caller, groupEndpoints, localityRule } from "#core/resolve/locality-load.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import type { ClusterLoadAssignment } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { clusterName, hostsOf, type LawWorld, sidecar } from "#server/envoy/testing/random-law.ts";

/** Whom callers of a namespace at a place are sent to, by EDS and by DNS, in which order and to which share: as it is resolved. */
export function expectEndpoints(world: LawWorld, namespace: string, caller: Caller): void {
  const { reader } = world;
  const node = sidecar(namespace, "caller");
  const metadata = { ...node.metadata, LABELS: caller.labels };
  const proxy = world.read({ ...node, metadata, locality: caller.locality });
  const assignments = proxy.assignments();
  const clusters = proxy.clusters();
  for (const host of hostsOf(world)) {
    const service = reader.service(host, namespace);
    if (service === undefined || service.resolution === "none") continue;
    const rule = reader.destinationRule(host, namespace, service.namespace, caller.labels);
    for (const port of service.ports) {
      const all = resolveEndpoints(reader, service, port);
      // Where nobody is written its own name is looked up.
      if (service.resolution !== "static" && all.length === 0) continue;
      for (const { name, labels } of [{ name: "", labels: {} }, ...(rule?.subsets ?? [])]) {
        const cluster = clusterName(host, port.number, name);
        const sent = service.resolution === "static" ? assignments.get(cluster) : clusters.get(cluster)?.loadAssignment;
        const chosen = all.filter((endpoint) => matchesLabels(endpoint.labels, labels));
        const found = localityRule(resolveTrafficPolicy(rule, name, port.number), reader.settings());
        const resolved = groupEndpoints(chosen, found, caller).flatMap(({ locality, priority, endpoints }) =>
          endpoints.map(
            ({ address, port: at, takesMtls, workload = "" }) =>
              `${locality} ${priority} ${address}:${at} ${takesMtls ? "mTLS" : "plain"} ${workload}`,
          ),
        );
        expect(sent === undefined ? undefined : readAssignment(sent)).toEqual(resolved);
      }
    }
  }
}

function readAssignment({ endpoints }: ClusterLoadAssignment): string[] {
  return endpoints.flatMap(({ locality, priority, lbEndpoints }) =>
    lbEndpoints.map(({ hostIdentifier, metadata }) => {
      const address = hostIdentifier.case === "endpoint" ? hostIdentifier.value.address?.address : undefined;
      const socket = address?.case === "socketAddress" ? address.value : undefined;
      const at = socket?.portSpecifier.case === "portValue" ? socket.portSpecifier.value : undefined;
      const takesMtls = metadata?.filterMetadata["envoy.transport_socket_match"]?.tlsMode === "istio";
      const workload = metadata?.filterMetadata.istio?.workload;
      const place = [locality?.region, locality?.zone, locality?.subZone].filter(Boolean).join("/");
      return `${place} ${priority} ${socket?.address ?? ""}:${at ?? ""} ${takesMtls ? "mTLS" : "plain"} ${typeof workload === "string" ? workload : ""}`;
    }),
  );
}
