import type { Kind } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AppliedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { hostsOf } from "#core/resolve/service-entries.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Which resources bear on a service, and why; those that look as if they did and do not are told too. */
export function explainService(snapshot: Snapshot, host: string): readonly AppliedResource[] {
  const entry = ofKind(snapshot.resources, "ServiceEntry").find((resource) => hostsOf(resource).includes(host));
  if (entry === undefined) return [];
  const namespace = entry.metadata.namespace;
  const selector = entry.spec.workloadSelector?.labels ?? {};
  const instances = snapshot.instances.filter(
    (instance) => instance.namespace === namespace && matchesLabels(instance.labels, selector),
  );
  const labelSets = instances.length > 0 ? instances.map(({ labels }) => labels) : [selector];
  const question = { snapshot, host, namespace, labelSets };
  return [...snapshot.resources].sort(byAge).flatMap((resource) => {
    const explained = explain(resource, question);
    return explained === undefined ? [] : [{ ref: formatRef(refOf(resource)), ...explained }];
  });
}

function explain<K extends Kind>(resource: Resource<K>, question: ServiceQuestion) {
  return relationsOf(resource.kind).explain?.(resource, question);
}
