import { plainText } from "#core/plain-text.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { Connection } from "#server/xds/connection.ts";

/** Envoy names the field within these; what it prints of the resource behind them is on the proxy's page. */
const MESSAGE_LENGTH_MAX = 1000;
/** Different words for one resource: those that are made up beyond are counted as one, and the sum stays as large as the configuration. */
const WORDINGS_MAX = 3;
const OTHER_WORDS = "in other words, on the page of each proxy";

/** As text; those of a resource that many proxies share are one array. */
const textOf = new WeakMap<readonly Origin[], string>();

type Summed = Omit<StandingRefusal, "workloads"> & { readonly workloads: Set<string> };

/** What these refuse now, once for all that refuse the same in the same words. */
export function sumRefusals(connections: Iterable<Pick<Connection, "node" | "refused">>): readonly StandingRefusal[] {
  const byResource = new Map<string, Map<string, Summed>>();
  const ids = new Map<string, number>();
  const idOf = (origins: readonly Origin[]): number => {
    const text = textOf.get(origins) ?? JSON.stringify(origins);
    textOf.set(origins, text);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  for (const connection of connections) {
    const { namespace, name, metadata } = connection.node;
    const workload = `${namespace}/${metadata.WORKLOAD_NAME || name}`;
    for (const { type, resource, message: words, origins, isHeldWithout } of connection.refused()) {
      const key = `${type} ${idOf(origins)} ${resource} ${isHeldWithout ?? ""}`;
      const wordings = byResource.get(key) ?? new Map<string, Summed>();
      byResource.set(key, wordings);
      const said = plainText(words, MESSAGE_LENGTH_MAX);
      const message = wordings.has(said) || wordings.size < WORDINGS_MAX ? said : OTHER_WORDS;
      const known = wordings.get(message);
      if (known !== undefined) known.workloads.add(workload);
      else
        wordings.set(message, {
          ...{ type, resource, message, origins, workloads: new Set([workload]) },
          ...(isHeldWithout ? { isHeldWithout } : {}),
        });
    }
  }
  return [...byResource.values()].flatMap((wordings) =>
    Array.from(wordings.values(), ({ workloads, ...each }) => ({ ...each, workloads: [...workloads] })),
  );
}
