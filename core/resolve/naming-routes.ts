import { expandHost } from "#core/host/host.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resource/by-age.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";

/** VirtualServices that name a host itself, no pattern, oldest first. Of one that no service declares they are all there is. */
export function namingRoutes({ resources, mesh }: Snapshot, host: string): readonly Resource<"VirtualService">[] {
  return ofKind(resources, "VirtualService")
    .filter(({ spec, metadata }) =>
      (spec.hosts ?? []).some((name) => expandHost(name, metadata.namespace, mesh.domainSuffix) === host),
    )
    .sort(byAge);
}
