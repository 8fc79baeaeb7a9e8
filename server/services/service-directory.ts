import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { entriesByHost } from "#core/resolve/service-entries.ts";
import { ofKind } from "#core/resource/of-kind.ts";
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

/** All services of a snapshot, by host. A host that several entries name belongs to the oldest, with the ports of those that add to it. */
export function listServices(snapshot: Snapshot): ReadonlyMap<string, DirectoryService> {
  const suffix = `.svc.${snapshot.mesh.domainSuffix}`;
  const entries = ofKind(snapshot.resources, "ServiceEntry");
  const services = new Map<string, DirectoryService>();
  for (const [host, entry] of entriesByHost(entries)) {
    const { spec, metadata } = entry;
    const selector = spec.workloadSelector?.labels;
    const instances =
      selector === undefined
        ? []
        : snapshot.instances.filter(
            (instance) => instance.namespace === metadata.namespace && matches(instance.labels, selector),
          );
    const ports = (spec.ports ?? []).map(({ name, number, protocol }) => ({
      name,
      number,
      // Where nothing is said each connection is looked at.
      protocol: protocol ?? "detected",
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
  return services;
}

export function principalOf(instance: WorkloadInstance, trustDomain: string): string {
  return `${trustDomain}/ns/${instance.namespace}/sa/${instance.serviceAccount}`;
}
