import type { Service } from "#core/model/service.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { type EndpointReader, resolveEndpoints } from "#core/resolve/endpoints.ts";
import { instancesOf } from "#core/resolve/service.ts";

/** The registered instances that answer for a service: those that it selects, or whose sidecars listen where its endpoints are written. */
export function answeringInstances(
  reader: EndpointReader,
  service: Service,
  instances: readonly WorkloadInstance[],
): readonly WorkloadInstance[] {
  if (service.selector !== undefined) return instancesOf(service, instances);
  const found = service.ports.flatMap((port) =>
    resolveEndpoints(reader, service, port).flatMap((each) => reader.instanceAt(each.address, each.port) ?? []),
  );
  return [...new Set(found)];
}
