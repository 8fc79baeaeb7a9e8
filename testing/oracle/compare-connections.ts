import type { Comparison, Difference } from "#testing/oracle/area.ts";
import type { Built, OracleProxy } from "#testing/oracle/istio.ts";
import type { Json } from "#testing/oracle/json.ts";

interface ConnectionsOptions<C> {
  readonly proxies: readonly OracleProxy[];
  readonly connections: readonly C[];
  readonly ours: Readonly<Record<string, Built>>;
  readonly theirs: Readonly<Record<string, Built>>;
  /** What a proxy makes of a connection; undefined where nobody takes it. */
  readonly becomes: (built: Built | undefined, connection: C) => Json;
  readonly differ: (ours: Json, theirs: Json, connection: C) => readonly string[];
}

/** Each connection to each proxy, but for those that neither side takes. */
export function compareConnections<C>(options: ConnectionsOptions<C>): Comparison {
  const { proxies, connections, ours, theirs, becomes, differ } = options;
  const differences = new Map<string, Difference>();
  let compared = 0;
  for (const { key } of proxies)
    for (const connection of connections) {
      const [here, there] = [becomes(ours[key], connection), becomes(theirs[key], connection)];
      if (here === undefined && there === undefined) continue;
      compared += 1;
      const where = `${key} ${JSON.stringify(connection)}`;
      for (const what of differ(here, there, connection)) differences.set(`${where} ${what}`, { what, where });
    }
  return { compared, differences: [...differences.values()] };
}
