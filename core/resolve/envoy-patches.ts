import type {
  ClusterMatch,
  ConfigPatch,
  EnvoyFilterSpec,
  ListenerMatch,
  PatchOperation,
  PatchTarget,
  RoutesMatch,
} from "#core/kinds/envoy-filter/schema.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Metadata } from "#core/resource/resource.ts";
import type { JsonObject } from "#core/schema/field.ts";

export type { ClusterMatch, ListenerMatch, PatchOperation, PatchTarget, RoutesMatch };

/** Whose calls a resource is for. */
export type PatchContext = "SIDECAR_INBOUND" | "SIDECAR_OUTBOUND" | "GATEWAY";

/** One change of what proxies are given. */
export interface Patch {
  /** `EnvoyFilter/istio-system/lua` */
  readonly resource: string;
  /** `spec.configPatches[0]` */
  readonly path: string;
  readonly target: PatchTarget;
  readonly operation: PatchOperation;
  readonly context: PatchContext | "ANY";
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
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
  rootNamespace: string,
): readonly F[] {
  return filters
    .filter(
      ({ metadata, spec }) =>
        (metadata.namespace === namespace || metadata.namespace === rootNamespace) &&
        matchesLabels(labels, spec.workloadSelector?.labels),
    )
    .sort((a, b) => compareFilters(a, b, rootNamespace));
}

/** Istio's order: by priority, the root namespace's before others, the oldest first. */
function compareFilters(a: EnvoyFilter, b: EnvoyFilter, rootNamespace: string): number {
  const priority = (a.spec.priority ?? 0) - (b.spec.priority ?? 0);
  if (priority !== 0) return priority;
  const [own, other] = [a.metadata.namespace, b.metadata.namespace];
  if (own !== other && (own === rootNamespace || other === rootNamespace)) return own === rootNamespace ? -1 : 1;
  return byAge(a, b);
}

/** The patches of one EnvoyFilter; the same objects each time. */
export function patchesOf(filter: EnvoyFilter): readonly Patch[] {
  const known = PATCHES.get(filter.spec);
  if (known !== undefined) return known;
  const { namespace, name } = filter.metadata;
  const made = (filter.spec.configPatches ?? []).map((patch, index) =>
    readPatch(patch, `EnvoyFilter/${namespace}/${name}`, `spec.configPatches[${index}]`),
  );
  PATCHES.set(filter.spec, made);
  return made;
}

const PATCHES = new WeakMap<EnvoyFilterSpec, readonly Patch[]>();

function readPatch({ applyTo, match = {}, patch }: ConfigPatch, resource: string, path: string): Patch {
  const isInserted = patch.operation.startsWith("INSERT_");
  return {
    ...{ resource, path, target: applyTo },
    operation: isInserted && !ORDERED.has(applyTo) ? "ADD" : patch.operation,
    context: match.context ?? "ANY",
    listener: match.listener,
    routes: match.routeConfiguration,
    cluster: match.cluster,
    value: patch.value,
  };
}
