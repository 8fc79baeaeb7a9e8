import { hostMatches } from "#core/host/host.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { ruleHost } from "#core/resolve/destination-rule.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

export function explainDestinationRule(
  resource: Resource<"DestinationRule">,
  { reader, host, namespace }: ServiceQuestion,
): ExplainedResource | undefined {
  const { mesh } = reader;
  const pattern = ruleHost(resource, mesh.domainSuffix);
  if (!hostMatches(pattern, host)) return undefined;
  const own = resource.metadata.namespace;
  const resolved = reader.destinationRule(host, own, namespace);
  const [first] = resolved?.rules ?? [];
  if (first !== undefined && resolved?.rules.includes(resource) !== true)
    return { applies: false, reason: `${formatRef(refOf(first))} is for a more specific host, or for others` };
  const where =
    own === namespace
      ? "the service's namespace"
      : own === mesh.rootNamespace
        ? "the root namespace"
        : `callers in ${own}`;
  if (first !== undefined && first !== resource)
    return { applies: true, reason: `adds to ${formatRef(refOf(first))}, which is older and for the same host` };
  return { applies: true, reason: `subsets and connection settings for calls to ${pattern}, from ${where}` };
}
