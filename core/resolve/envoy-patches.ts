import { isForVersion } from "#core/kinds/envoy-filter/is-for-version.ts";
import { hasMetadata, type ProxyMetadata, proxyMetadata } from "#core/kinds/envoy-filter/proxy-metadata.ts";
import type {
  ClusterMatch,
  ConfigPatch,
  EnvoyFilterSpec,
  ListenerMatch,
  PatchOperation,
  PatchTarget,
  RoutesMatch,
} from "#core/kinds/envoy-filter/schema.ts";
import { type PolicedWorkload, standsOver } from "#core/resolve/policies.ts";
import { isChoosing, withoutTargets } from "#core/resolve/policy-scope.ts";
import { byAge } from "#core/resource/by-age.ts";
import type { Metadata } from "#core/resource/resource.ts";
import type { JsonObject } from "#core/schema/field.ts";

export type { ClusterMatch, ListenerMatch, PatchOperation, PatchTarget, ProxyMetadata, RoutesMatch };

export { proxyMetadata };

export interface PatchedProxy extends PolicedWorkload {
  readonly metadata: ProxyMetadata;
}

/** Whose calls a resource is for. */
export type PatchContext = "SIDECAR_INBOUND" | "SIDECAR_OUTBOUND" | "GATEWAY";

/** One change of what proxies are given. */
export interface Patch {
  /** `EnvoyFilter/istio-system/lua` */
  readonly resource: string;
  /** `spec.configPatches[0]` */
  readonly path: string;
  readonly index: number;
  readonly target: PatchTarget;
  readonly operation: PatchOperation;
  readonly context: PatchContext | "ANY";
  /** What proxies have to tell of themselves. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly listener: ListenerMatch | undefined;
  readonly routes: RoutesMatch | undefined;
  readonly cluster: ClusterMatch | undefined;
  /** As it is written; undefined where it needs none. */
  readonly value: JsonObject | undefined;
}

interface EnvoyFilter {
  readonly metadata: Metadata;
  readonly spec: EnvoyFilterSpec;
}

/** Those that can be inserted somewhere: of the others an insertion adds, as in Istio. */
const ORDERED: ReadonlySet<PatchTarget> = new Set(["HTTP_FILTER", "NETWORK_FILTER", "HTTP_ROUTE", "LISTENER_FILTER"]);

/** Of the EnvoyFilters of a namespace and of the root namespace those that are for a proxy, in the order in which they are made. */
export function resolveEnvoyFilters<F extends EnvoyFilter>(
  filters: readonly F[],
  proxy: PolicedWorkload,
  rootNamespace: string,
): readonly F[] {
  const scope = withoutTargets(rootNamespace);
  return filters.filter((each) => standsOver(each, proxy, scope)).sort((a, b) => compareFilters(a, b, rootNamespace));
}

/** What all proxies of a scope are given that calls from the same place; the rest is each one's own. */
const SHARED: ReadonlySet<PatchTarget> = new Set(["CLUSTER", "ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"]);

/** Of these the patches that are for a proxy. */
export function resolvePatches(
  filters: readonly EnvoyFilter[],
  proxy: PatchedProxy,
  rootNamespace: string,
): readonly Patch[] {
  return resolveEnvoyFilters(filters, proxy, rootNamespace)
    .flatMap(patchesOf)
    .filter(({ metadata }) => hasMetadata(proxy.metadata, metadata));
}

/** What chooses a proxy, by its labels or by what it tells of itself, and patches what it would share with others of its namespace. */
export function choosingFilters(
  filters: readonly EnvoyFilter[],
  proxy: PatchedProxy,
  rootNamespace: string,
): readonly string[] {
  return resolveEnvoyFilters(filters, proxy, rootNamespace).flatMap((filter) => {
    const shared = patchesOf(filter).filter(({ target }) => SHARED.has(target));
    const chosen = shared.filter(({ metadata }) => metadata !== undefined && hasMetadata(proxy.metadata, metadata));
    return [...(isChoosing(filter) && shared.length > 0 ? [refOf(filter)] : []), ...chosen.map(placeOf)];
  });
}

function placeOf({ resource, index }: Patch): string {
  return `${resource}#${index}`;
}

/** What is patched of what the proxies of a namespace share whom these choose. */
export function sharedPatches(
  filters: readonly EnvoyFilter[],
  { namespace, chosenBy }: { readonly namespace: string; readonly chosenBy: readonly string[] },
  rootNamespace: string,
): readonly Patch[] {
  const shared = filters.filter((each) => !isChoosing(each) || chosenBy.includes(refOf(each)));
  return shared
    .filter(({ metadata }) => metadata.namespace === namespace || metadata.namespace === rootNamespace)
    .sort((a, b) => compareFilters(a, b, rootNamespace))
    .flatMap(patchesOf)
    .filter((patch) => SHARED.has(patch.target) && (patch.metadata === undefined || chosenBy.includes(placeOf(patch))));
}

function refOf({ metadata }: EnvoyFilter): string {
  return `EnvoyFilter/${metadata.namespace}/${metadata.name}`;
}

/** Istio's order: by priority, the root namespace's before others, the oldest first. */
function compareFilters(a: EnvoyFilter, b: EnvoyFilter, rootNamespace: string): number {
  const priority = (a.spec.priority ?? 0) - (b.spec.priority ?? 0);
  if (priority !== 0) return priority;
  const [own, other] = [a.metadata.namespace, b.metadata.namespace];
  if (own !== other && (own === rootNamespace || other === rootNamespace)) return own === rootNamespace ? -1 : 1;
  return byAge(a, b);
}

/** The patches of one EnvoyFilter that are for proxies of this version; the same objects each time. */
export function patchesOf(filter: EnvoyFilter): readonly Patch[] {
  const known = PATCHES.get(filter.spec);
  if (known !== undefined) return known;
  const { namespace, name } = filter.metadata;
  const made = (filter.spec.configPatches ?? []).flatMap((patch, index) =>
    isForVersion(patch.match?.proxy?.proxyVersion) ? [readPatch(patch, `EnvoyFilter/${namespace}/${name}`, index)] : [],
  );
  PATCHES.set(filter.spec, made);
  return made;
}

const PATCHES = new WeakMap<EnvoyFilterSpec, readonly Patch[]>();

function readPatch({ applyTo, match = {}, patch }: ConfigPatch, resource: string, index: number): Patch {
  const isInserted = patch.operation.startsWith("INSERT_");
  return {
    ...{ resource, index, target: applyTo },
    path: `spec.configPatches[${index}]`,
    operation: isInserted && !ORDERED.has(applyTo) ? "ADD" : patch.operation,
    context: match.context ?? "ANY",
    metadata: match.proxy?.metadata,
    listener: match.listener,
    routes: match.routeConfiguration,
    cluster: match.cluster,
    value: patch.value,
  };
}
