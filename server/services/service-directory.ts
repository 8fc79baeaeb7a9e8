import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { Resource } from "#core/resource/resource.ts";

/** One host that callers may name, and who answers there. */
export interface DirectoryService {
  readonly host: string;
  readonly namespace: string;
  /** First label of a mesh host, the whole name of an external one. */
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly number: number; readonly protocol: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly instances: readonly WorkloadInstance[];
  readonly entry: Resource<"ServiceEntry">;
}

function matches(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** All services of a snapshot, by host. A host that two entries name belongs to the older one. */
export function listServices(snapshot: Snapshot): ReadonlyMap<string, DirectoryService> {
  const suffix = `.svc.${snapshot.mesh.domainSuffix}`;
  const services = new Map<string, DirectoryService>();
  for (const entry of snapshot.resources) {
    if (entry.kind !== "ServiceEntry") continue;
    const { spec, metadata } = entry;
    const selector = spec.workloadSelector?.labels;
    const instances =
      selector === undefined
        ? []
        : snapshot.instances.filter(
            (instance) => instance.namespace === metadata.namespace && matches(instance.labels, selector),
          );
    for (const written of spec.hosts) {
      // Names are without case: proxies, and so what was measured, have them in lower case.
      const host = written.toLowerCase();
      if (services.has(host)) continue;
      const ports = (spec.ports ?? []).map(({ name, number, protocol }) => ({
        name,
        number,
        protocol: protocol ?? "TCP",
      }));
      const name = host.endsWith(suffix) ? (host.split(".")[0] ?? host) : host;
      services.set(host, {
        host,
        namespace: metadata.namespace,
        name,
        ports,
        labels: selector ?? {},
        instances,
        entry,
      });
    }
  }
  return services;
}

export function principalOf(instance: WorkloadInstance, trustDomain: string): string {
  return `${trustDomain}/ns/${instance.namespace}/sa/${instance.serviceAccount}`;
}
