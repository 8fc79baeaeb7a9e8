import type { Registry } from "prom-client";
import type { Metric } from "#node/prometheus-text.ts";

const TYPES: readonly string[] = ["counter", "gauge", "histogram"] satisfies readonly Metric["type"][];

function isKnown(type: unknown): type is Metric["type"] {
  return TYPES.includes(String(type));
}

/** What a registry holds, as plain values that cross threads. */
export async function readRegistry(registry: Registry): Promise<readonly Metric[]> {
  const all = await registry.getMetricsAsJSON();
  return all.flatMap(({ name, help, type, values }) =>
    isKnown(type)
      ? [
          {
            ...{ name, help, type },
            values: values.map(({ labels, value, ...sample }) => ({
              // Of a histogram each sample has a name of its own.
              ...("metricName" in sample ? { name: String(sample.metricName) } : {}),
              labels: Object.fromEntries(Object.entries(labels).map(([key, each]) => [key, String(each)])),
              value,
            })),
          },
        ]
      : [],
  );
}
