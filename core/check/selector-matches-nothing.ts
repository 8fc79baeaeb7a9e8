import type { CheckContext } from "#core/check/context.ts";
import type { Finding, ResourceCheck } from "#core/check/rule.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";

/** Policies, gateways and services that select no workload do nothing. */
export const selectorMatchesNothing: ResourceCheck = {
  code: "selector-matches-nothing",
  kiali: "KIA0004",
  summary: "A selector matches no known workload.",
  each: findUnmatched,
};

function findUnmatched(resource: AnyResource, context: CheckContext): Finding[] {
  const definition: KindDefinition = KINDS[resource.kind];
  const { labels = {}, path = [], among } = definition.selector?.(resource.spec) ?? {};
  if (Object.keys(labels).length === 0) return [];
  const { select, mesh } = context;
  const { namespace } = resource.metadata;
  const everywhere = among === "mesh" || (among === "own-namespace-or-mesh" && namespace === mesh.rootNamespace);
  if (select(labels, everywhere ? undefined : namespace).length > 0) return [];
  const pairs = writeLabels(labels);
  const where = everywhere ? "" : ` in namespace ${namespace}`;
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(resource)),
      path,
      message: `no workload${where} has the labels ${pairs.join(", ")}`,
      hint: "correct the labels, or apply a WorkloadGroup that has them",
    },
  ];
}
