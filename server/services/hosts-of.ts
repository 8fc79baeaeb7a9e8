import type { AnyResource } from "#core/resource/resource.ts";

/** The host names a resource is about, as written. */
export function hostsOf(resource: AnyResource): readonly string[] {
  switch (resource.kind) {
    case "VirtualService":
    case "ServiceEntry":
      return resource.spec.hosts ?? [];
    case "DestinationRule":
      return [resource.spec.host];
    case "Gateway":
      return [...new Set((resource.spec.servers ?? []).flatMap(({ hosts }) => hosts))];
    default:
      return [];
  }
}
