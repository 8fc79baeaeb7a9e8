import { matchesLabels } from "#core/resource/labels.ts";
import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny } from "#core/traffic/concern-hosts.ts";

/** What comes in through the proxies that a gateway is served by, before the change or after it. */
export function concernByGateway(change: ChangeOf<"Gateway">, { instances }: ConcernContext): Concerning {
  return concernByAny(
    "requests through its proxies",
    versionsOf(change).map(({ spec }) => {
      const served = new Set(
        instances
          .filter(({ labels }) => matchesLabels(labels, spec.selector))
          .map(({ namespace, workload }) => `${namespace}/${workload}`),
      );
      return ({ key, caller }) => key.fromGateway && served.has(caller);
    }),
  );
}
