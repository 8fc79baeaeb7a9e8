import { describeConnections } from "#core/kinds/virtual-service/describe-connections.ts";
import { describeRoutes } from "#core/kinds/virtual-service/describe-routes.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";

export function describeVirtualService(spec: VirtualServiceSpec): string {
  const [first, ...more] = [...describeRoutes(spec.http ?? []), ...describeConnections(spec)];
  if (first === undefined) return "No rule yet: nothing is routed.";
  return more.length === 0 ? first : `${first} And ${more.length} more ${more.length === 1 ? "rule" : "rules"}.`;
}
