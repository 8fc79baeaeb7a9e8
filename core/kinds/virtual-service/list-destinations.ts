import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import type { Path } from "#core/schema/path.ts";

export interface PlacedDestination {
  readonly destination: Destination;
  /** ["spec", "http", 0, "route", 1, "destination"] */
  readonly path: Path;
}

/** Every destination that a VirtualService sends or mirrors requests to, and where it stands. */
export function listDestinations(spec: VirtualServiceSpec): PlacedDestination[] {
  const found: PlacedDestination[] = [];
  spec.http?.forEach((rule, index) => {
    const path = ["spec", "http", index];
    rule.route?.forEach(({ destination }, position) => {
      found.push({ destination, path: [...path, "route", position, "destination"] });
    });
    if (rule.mirror !== undefined) found.push({ destination: rule.mirror, path: [...path, "mirror"] });
    rule.mirrors?.forEach(({ destination }, position) => {
      found.push({ destination, path: [...path, "mirrors", position, "destination"] });
    });
  });
  for (const kind of ["tls", "tcp"] as const)
    spec[kind]?.forEach((rule, index) => {
      rule.route?.forEach(({ destination }, position) => {
        found.push({ destination, path: ["spec", kind, index, "route", position, "destination"] });
      });
    });
  return found;
}
