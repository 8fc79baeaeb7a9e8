import { expandHost, hostMatches } from "#core/host/host.ts";
import type { ConnectionPool } from "#core/kinds/destination-rule/connection-pool.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { destinationsOf } from "#core/resolve/destinations-of.ts";
import { findSpeaking } from "#core/resolve/speaking.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { Labels } from "#core/resource/labels.ts";
import { type Resource, type ResourceRef, refOf } from "#core/resource/resource.ts";
import { type ImportedHost, parseImportedHost } from "#core/schema/imported-host.ts";

type Sidecar = Resource<"Sidecar">;
type VirtualService = Resource<"VirtualService">;

/** What callers may call, as a Sidecar says it. */
export interface Imports {
  /** Equal for equal ones. */
  readonly key: string;
  /** In lower case. */
  readonly hosts: readonly ImportedHost[];
}

/** The Sidecar that speaks for a workload: one that selects it, else its namespace's, else the mesh's. */
export function resolveSidecar(
  sidecars: readonly Sidecar[],
  workload: { readonly namespace: string; readonly labels: Labels },
  rootNamespace: string,
): Sidecar | undefined {
  const { own, namespace, mesh } = findSpeaking(sidecars, workload, rootNamespace);
  return own ?? namespace ?? mesh;
}

/** The hosts that a Sidecar names, as written; undefined where it leaves callers all that they see. */
export function importedTexts({ spec }: Sidecar): readonly string[] | undefined {
  const { egress = [] } = spec;
  return egress.length === 0 ? undefined : egress.flatMap(({ hosts }) => hosts);
}

/** `.` is the callers' namespace, also where the Sidecar is of the root namespace. */
export function readImports(texts: readonly string[], callerNamespace: string): Imports {
  const hosts = texts.flatMap((text): ImportedHost[] => {
    const found = parseImportedHost(text);
    if (found === undefined) return [];
    const { host, namespace } = found;
    return [{ ...found, host: host.toLowerCase(), namespace: namespace === "." ? callerNamespace : namespace }];
  });
  return { key: `${callerNamespace} ${texts.join(" ")}`, hosts };
}

/** Whether callers know a service of this namespace by this host. */
export function importsHost({ hosts }: Imports, host: string, namespace: string): boolean {
  const covers = (each: ImportedHost): boolean =>
    (each.namespace === "*" || each.namespace === namespace) && hostMatches(each.host, host);
  return (
    hosts.some((each) => !each.isExcluded && covers(each)) && !hosts.some((each) => each.isExcluded && covers(each))
  );
}

/** Whether callers have the routes of a VirtualService: they know one of its hosts. */
export function importsRoutes(imports: Imports, { spec, metadata }: VirtualService, domainSuffix: string): boolean {
  const { namespace } = metadata;
  return (spec.hosts ?? []).some((host) => importsHost(imports, expandHost(host, namespace, domainSuffix), namespace));
}

/** Whether a route of these callers leads to a host: they have its clusters, whatever else they know. */
export function isRouted(
  host: string,
  services: readonly VirtualService[],
  imports: Imports,
  { namespace, domainSuffix }: { readonly namespace: string; readonly domainSuffix: string },
): boolean {
  return services.some(
    (each) =>
      gatewaysOf(each).includes("mesh") &&
      isVisible(each.spec.exportTo, each.metadata.namespace, namespace) &&
      importsRoutes(imports, each, domainSuffix) &&
      destinationsOf(each, domainSuffix).has(host),
  );
}

/** What is said of the connections to an application, whoever calls. */
export interface InboundPool {
  readonly pool: ConnectionPool;
  /** The Sidecar that says it. */
  readonly source: ResourceRef;
}

export function inboundPoolOf(sidecar: Sidecar | undefined): InboundPool | undefined {
  const pool = sidecar?.spec.inboundConnectionPool;
  return sidecar === undefined || pool === undefined ? undefined : { pool, source: refOf(sidecar) };
}

/** Whether captured calls to what callers do not know are refused; the mesh says it where no Sidecar does. */
export function refusesUnknown(
  sidecar: Sidecar | undefined,
  { outboundTrafficPolicy }: Pick<ProxySettings, "outboundTrafficPolicy">,
): boolean {
  const policy = sidecar?.spec.outboundTrafficPolicy;
  const mode = policy === undefined ? outboundTrafficPolicy : (policy.mode ?? "REGISTRY_ONLY");
  return mode === "REGISTRY_ONLY";
}
