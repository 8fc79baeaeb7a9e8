import type { WorkloadInstance } from "#core/registry/instance.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";
import { spiffeUri } from "#server/translate/names.ts";

type Gateways = readonly Resource<"Gateway">[];

/** A Gateway without a selector is for every gateway there is, which is no reason to believe a workload. */
export function isGateway({ labels }: WorkloadInstance, gateways: Gateways): boolean {
  return gateways.some(
    ({ spec }) => Object.keys(spec.selector ?? {}).length > 0 && matchesLabels(labels, spec.selector),
  );
}

/** spiffe://… of the workloads that some Gateway selects, in order: they tell truly for whom they call. */
export function gatewayIdentities(
  instances: Iterable<WorkloadInstance>,
  gateways: Gateways,
  trustDomain: string,
): readonly string[] {
  const uris = [...instances]
    .filter((instance) => isGateway(instance, gateways))
    .map(({ namespace, serviceAccount }) => spiffeUri(trustDomain, namespace, serviceAccount));
  return [...new Set(uris)].sort();
}
