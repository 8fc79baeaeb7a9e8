import type { Service } from "#core/model/service.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin } from "#core/xds/layer.ts";

/** Rules of one host that a refusal may name: with thousands of them each cluster would bear thousands of names. */
const ORIGINS_MAX = 20;

/** What DestinationRules say of a service to callers in a namespace that bear these labels, and what clusters of it are made from: the rules and its declaration. */
export function rulesForService(
  world: CallerReader,
  service: Service,
  clientNamespace: string,
  clientLabels: Labels | undefined,
): { readonly rule: ResolvedRule | undefined; readonly origins: readonly Origin[] } {
  const rule = world.destinationRule(service.host, clientNamespace, service.namespace, clientLabels);
  const rules = (rule?.rules ?? []).slice(0, ORIGINS_MAX).map((each) => ({ resource: formatRef(refOf(each)) }));
  return { rule, origins: [...rules, { resource: service.declarations[0].source.ref }] };
}
