import { describePatches } from "#core/kinds/envoy-filter/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { resolveEnvoyFilters } from "#core/resolve/envoy-patches.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Which of a service's workloads have proxies that it patches; undefined where none has. */
export function explainEnvoyFilter(
  resource: Resource<"EnvoyFilter">,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const workloads = [...running, ...waiting];
  const reached = workloads.filter((each) => resolveEnvoyFilters([resource], each, rootNamespace).length > 0).length;
  const said = describePatches(resource.spec);
  if (reached === 0 || said === "") return undefined;
  const scope =
    selectedLabels(resource) !== undefined
      ? `selects ${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`
      : resource.metadata.namespace === rootNamespace
        ? "holds for the whole mesh"
        : `holds for namespace ${resource.metadata.namespace}`;
  return { applies: true, reason: `patches what Envoy is given: ${said}; ${scope}` };
}
