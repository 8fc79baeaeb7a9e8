import { normalizeHost } from "#core/host/host.ts";
import type { Resolution, ServiceDeclaration } from "#core/model/service.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { writtenWorkload } from "#core/sources/declare-workload.ts";

/** Kinds that declare services. */
export const SERVICE_KINDS = ["ServiceEntry"] as const satisfies readonly AnyResource["kind"][];

const RESOLUTIONS = {
  NONE: "none",
  STATIC: "static",
  DNS: "dns",
  DNS_ROUND_ROBIN: "dns-round-robin",
} as const satisfies Record<string, Resolution>;

/** Resources are replaced, not changed: what was read of one is what it says. */
const known = new WeakMap<AnyResource, ServiceDeclaration>();

/** What a resource says of services; undefined for those that say nothing. */
export function declareService(resource: AnyResource): ServiceDeclaration | undefined {
  if (resource.kind !== "ServiceEntry") return undefined;
  let declaration = known.get(resource);
  if (declaration === undefined) {
    declaration = ofServiceEntry(resource);
    known.set(resource, declaration);
  }
  return declaration;
}

/** All that resources say of services, the oldest first. */
export function declareServices(resources: readonly AnyResource[]): readonly ServiceDeclaration[] {
  return resources
    .filter(({ kind }) => (SERVICE_KINDS as readonly string[]).includes(kind))
    .sort(byAge)
    .flatMap((resource) => declareService(resource) ?? []);
}

function ofServiceEntry(entry: Resource<"ServiceEntry">): ServiceDeclaration {
  const { metadata, spec } = entry;
  const { namespace, labels = {} } = metadata;
  const ref = formatRef(refOf(entry));
  const names = spec.hosts.map(normalizeHost);
  const hosts = [...new Set(names)];
  return {
    source: { ref, path: [] },
    namespace,
    labels,
    hosts,
    hostPaths: hosts.map((host) => ["spec", "hosts", names.indexOf(host)]),
    ports: spec.ports ?? [],
    resolution: RESOLUTIONS[spec.resolution ?? "NONE"],
    isInMesh: spec.location === "MESH_INTERNAL",
    selector: spec.workloadSelector?.labels,
    selectorPath: ["spec", "workloadSelector"],
    exportTo: spec.exportTo ?? [],
    subjectAltNames: spec.subjectAltNames ?? [],
    endpoints: (spec.endpoints ?? []).map((each, index) =>
      writtenWorkload(each, { namespace, name: undefined, source: { ref, path: ["spec", "endpoints", index] } }),
    ),
  };
}
