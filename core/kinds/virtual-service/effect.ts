import { describeRoutes } from "#core/kinds/virtual-service/describe-routes.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";

export function describeVirtualService({ http = [], tcp = [] }: VirtualServiceSpec): string {
  const [first, ...rest] = describeRoutes(http);
  if (first === undefined) return tcp.length > 0 ? "Routes TCP connections." : "No rule yet: nothing is routed.";
  const more = rest.length + tcp.length;
  return more === 0 ? first : `${first} And ${more} more ${more === 1 ? "rule" : "rules"}.`;
}
