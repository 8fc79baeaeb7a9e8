import { listPorts } from "#core/kinds/authorization-policy/list-ports.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";

/** Ports that it counts requests of, and those that it exempts. */
export function listQuotaPorts({ match = [], exempt = [] }: QuotaSpec): PlacedPort[] {
  const under = (field: string, rules: typeof match): PlacedPort[] =>
    listPorts({ rules }).map(({ port, path }) => ({ port, path: ["spec", field, ...path.slice(2)] }));
  return [...under("match", match), ...under("exempt", exempt)];
}
