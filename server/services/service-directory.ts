import type { Resolution } from "#core/model/service.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { answeringInstances } from "#core/resolve/answering-instances.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { instancesOf, servicesByHost } from "#core/resolve/service.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { type WaitingWorkload, waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";

/** One host that callers may name, and who answers there. */
export interface DirectoryService {
  readonly host: string;
  readonly namespace: string;
  /** First label of a mesh host, the whole name of an external one. */
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly number: number; readonly protocol: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly resolution: Resolution;
  readonly instances: readonly WorkloadInstance[];
  /** Of its groups those without an instance. */
  readonly waiting: readonly WaitingWorkload[];
}

/** All services of a snapshot, by host. A host that several objects declare belongs to the oldest, with the ports of those that add to it. */
export const listServices = perSnapshot((written): ReadonlyMap<string, DirectoryService> => {
  const snapshot = withMeshExports(written);
  const suffix = `.svc.${snapshot.mesh.domainSuffix}`;
  const services = new Map<string, DirectoryService>();
  const reader = createSnapshotReader(snapshot);
  const groups = waitingWorkloads(snapshot);
  for (const [host, service] of servicesByHost(declareServices(snapshot.resources))) {
    const { namespace, selector } = service;
    const instances = answeringInstances(reader, service, snapshot.instances);
    const ports = service.ports.map(({ name, number, protocol }) => ({
      name,
      number,
      // Where nothing is said each connection is looked at.
      protocol: protocol ?? "detected",
    }));
    const name = host.endsWith(suffix) ? (host.split(".")[0] ?? host) : host;
    services.set(host, {
      host,
      namespace,
      name,
      ports,
      labels: selector ?? {},
      resolution: service.resolution,
      instances,
      waiting: instancesOf(service, groups),
    });
  }
  return services;
});

export function principalOf(
  { namespace, serviceAccount }: Pick<WorkloadInstance, "namespace" | "serviceAccount">,
  trustDomain: string,
): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
