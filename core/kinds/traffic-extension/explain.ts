import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { type Extending, isFor } from "#core/resolve/extensions.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";

/** Which of a service's workloads have proxies that run it; undefined where none has. */
export function explainExtension(
  resource: Extending,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const workloads = [...running, ...waiting];
  const reached = workloads.filter((each) => isFor(resource, each, rootNamespace)).length;
  if (reached === 0) return undefined;
  const scope =
    selectedLabels(resource) !== undefined
      ? `selects ${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`
      : resource.metadata.namespace === rootNamespace
        ? "holds for the whole mesh"
        : `holds for namespace ${resource.metadata.namespace}`;
  return { applies: true, reason: `runs in the proxies of its workloads; ${scope}` };
}
