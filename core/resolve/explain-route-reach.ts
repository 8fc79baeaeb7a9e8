import { describeTargets, isOfRoutes, type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { findArrival } from "#core/resolve/find-arrival.ts";
import type { ForWorkloads } from "#core/resolve/policy-scope.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Of what is for requests by routes: whether gateways bring any to a service by these; undefined where it names no route that leads there. */
export function explainRouteReach(
  { metadata, spec }: ForWorkloads,
  what: string,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  for (const target of targetsOf<PolicyTarget>(spec).filter(isOfRoutes)) {
    const gateway = arrivalAt(metadata.namespace, target, question);
    if (gateway !== undefined)
      return { applies: true, reason: `${what}; requests that ${gateway} brings here by ${describeTargets([target])}` };
  }
  return undefined;
}

/** The gateway, `namespace/name`, from which a route of the target leads to the service. */
function arrivalAt(
  namespace: string,
  target: PolicyTarget,
  { reader, host, callers, all }: ServiceQuestion,
): string | undefined {
  for (const { resource, path } of reader.policyScope.routed(namespace, target)) {
    const service = all("VirtualService").find((each) => formatRef(refOf(each)) === resource);
    if (service === undefined) continue;
    const found = gatewaysOf(service).find(
      (gateway) => findArrival(reader, gateway, service, host, callers, resource, path) !== undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
