import { hostMatches } from "#core/host/host.ts";
import { joinWords } from "#core/kinds/join-words.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { namespacesIn } from "#core/resolve/callers-of.ts";
import { ruleHost } from "#core/resolve/destination-rule.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

export function explainDestinationRule(
  resource: Resource<"DestinationRule">,
  { reader, host, namespace, callers, rulesFor }: ServiceQuestion,
): ExplainedResource | undefined {
  const { mesh } = reader;
  const pattern = ruleHost(resource, mesh.domainSuffix);
  if (!hostMatches(pattern, host)) return undefined;
  const own = resource.metadata.namespace;
  const { workloadSelector, exportTo } = resource.spec;
  const labels = workloadSelector && (workloadSelector.matchLabels ?? {});
  const known =
    labels === undefined
      ? [...new Set([own, ...namespacesIn(exportTo), ...callers])].map((each) => rulesFor(each))
      : [rulesFor(own, labels)];
  const resolved = known.find((each) => each?.rules.includes(resource));
  const [first] = (resolved ?? known.find((each) => each !== undefined))?.rules ?? [];
  if (resolved === undefined)
    return {
      applies: false,
      reason:
        first === undefined
          ? "nobody that it is for sees the service"
          : `${formatRef(refOf(first))} is for a more specific host, or for others`,
    };
  if (first !== undefined && first !== resource)
    return { applies: true, reason: `adds to ${formatRef(refOf(first))}, which is older and for the same host` };
  const where =
    own === namespace
      ? "the service's namespace"
      : own === mesh.rootNamespace
        ? "the root namespace"
        : `callers in ${own}`;
  const from =
    labels === undefined ? where : `callers in ${own} with ${joinWords(writeLabels(labels), "and") || "any labels"}`;
  return { applies: true, reason: `subsets and connection settings for calls to ${pattern}, from ${from}` };
}
