import { normalizeHost } from "#core/host/host.ts";
import type { Port } from "#core/model/port.ts";
import type { Resolution, ServiceDeclaration } from "#core/model/service.ts";
import type { Labels } from "#core/resource/labels.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import { whyNoServiceAddress } from "#core/schema/service-address.ts";
import { writtenWorkload } from "#core/sources/declare-workload.ts";

/** Kinds that say something of services. */
export const SERVICE_KINDS = ["ServiceEntry"] as const satisfies readonly AnyResource["kind"][];

const NONE: Labels = {};

const RESOLUTIONS = {
  NONE: "none",
  STATIC: "static",
  DNS: "dns",
  DNS_ROUND_ROBIN: "dns-round-robin",
  DYNAMIC_DNS: "dynamic-dns",
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

const knownOfAll = new WeakMap<readonly AnyResource[], readonly ServiceDeclaration[]>();

/** All that resources say of services, the oldest first; worked out once for each list, which must not be changed after. */
export function declareServices(resources: readonly AnyResource[]): readonly ServiceDeclaration[] {
  let declarations = knownOfAll.get(resources);
  if (declarations === undefined) {
    declarations = sortByAge(resources).flatMap((resource) => declareService(resource) ?? []);
    knownOfAll.set(resources, declarations);
  }
  return declarations;
}

function ofServiceEntry(entry: Resource<"ServiceEntry">): ServiceDeclaration {
  const { metadata, spec } = entry;
  const { namespace, labels = NONE } = metadata;
  const where = { namespace, name: undefined, source: undefined };
  return {
    source: { ref: formatRef(refOf(entry)), path: [] },
    namespace,
    ...(metadata.creationTimestamp === undefined ? {} : { createdAt: metadata.creationTimestamp }),
    labels,
    hosts: hostsOf(spec),
    ports: portsOf(spec),
    resolution: RESOLUTIONS[spec.resolution ?? "NONE"],
    isInMesh: spec.location === "MESH_INTERNAL",
    selector: spec.workloadSelector?.labels,
    exportTo: spec.exportTo ?? [],
    subjectAltNames: spec.subjectAltNames ?? [],
    addresses: addressesOf(spec),
    endpoints: (spec.endpoints ?? []).map((each) => writtenWorkload(each, where)),
  };
}

/** Those that are refused today may be stored: they would take connections that are others'. */
function addressesOf({ addresses = [] }: Resource<"ServiceEntry">["spec"]): readonly string[] {
  return addresses.every((each) => whyNoServiceAddress(each) === undefined)
    ? addresses
    : addresses.filter((each) => whyNoServiceAddress(each) === undefined);
}

/** What is as it is meant already is kept: there are many of them. */
function hostsOf({ hosts }: Resource<"ServiceEntry">["spec"]): readonly string[] {
  const names = new Set(hosts.map(normalizeHost));
  return names.size === hosts.length && hosts.every((host) => names.has(host)) ? hosts : [...names];
}

function portsOf({ ports = [] }: Resource<"ServiceEntry">["spec"]): readonly Port[] {
  const byNumber = new Map<number, Port>();
  for (const port of ports) if (!byNumber.has(port.number)) byNumber.set(port.number, port);
  return byNumber.size === ports.length ? ports : [...byNumber.values()];
}
