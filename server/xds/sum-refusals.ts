import { plainText } from "#core/plain-text.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { Connection } from "#server/xds/connection.ts";

/** Envoy names the field within these; what it prints of the resource behind them is on the proxy's page. */
const MESSAGE_LENGTH_MAX = 1000;
/** Different words for one resource: who makes up others is heard on its own page alone, and the sum stays as large as the configuration. */
const WORDINGS_MAX = 3;

type Summed = Omit<StandingRefusal, "workloads"> & { readonly workloads: Set<string> };

/** What these refuse now, once for all that refuse the same in the same words. */
export function sumRefusals(connections: Iterable<Pick<Connection, "node" | "refused">>): readonly StandingRefusal[] {
  const byResource = new Map<string, Map<string, Summed>>();
  for (const connection of connections) {
    const { namespace, name, metadata } = connection.node;
    const workload = `${namespace}/${metadata.WORKLOAD_NAME || name}`;
    for (const { type, resource, message: words, origins } of connection.refused()) {
      const key = JSON.stringify([type, resource, origins]);
      const wordings = byResource.get(key) ?? new Map<string, Summed>();
      byResource.set(key, wordings);
      const message = plainText(words, MESSAGE_LENGTH_MAX);
      const known = wordings.get(message);
      if (known !== undefined) known.workloads.add(workload);
      else if (wordings.size < WORDINGS_MAX)
        wordings.set(message, { type, resource, message, origins, workloads: new Set([workload]) });
    }
  }
  return [...byResource.values()].flatMap((wordings) =>
    Array.from(wordings.values(), ({ workloads, ...each }) => ({ ...each, workloads: [...workloads] })),
  );
}
