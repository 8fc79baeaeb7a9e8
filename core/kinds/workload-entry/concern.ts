import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { ChangeOf, ConcernContext, Concerning } from "#core/traffic/concern.ts";
import { concernByHosts } from "#core/traffic/concern-hosts.ts";

/** What goes to the hosts of the services that select it. */
export function concernByWorkloadEntry(change: ChangeOf<"WorkloadEntry">, context: ConcernContext): Concerning {
  const services = ofKind(context.resources, "ServiceEntry");
  return concernByHosts(change, context, ({ metadata, spec }) =>
    services
      .filter(
        (each) =>
          each.metadata.namespace === metadata.namespace &&
          each.spec.workloadSelector?.labels !== undefined &&
          matchesLabels(spec.labels ?? {}, each.spec.workloadSelector.labels),
      )
      .flatMap((each) => each.spec.hosts),
  );
}
