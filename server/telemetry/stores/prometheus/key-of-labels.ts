import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { DIMENSIONS, type DimensionName } from "#core/telemetry/dimensions.ts";
import { keptKey } from "#core/telemetry/traffic-key.ts";
import type { SeriesLabels } from "#server/telemetry/stores/prometheus/prometheus-client.ts";

const SECURITY: ReadonlySet<string> = new Set(["mutual_tls", "none"]);

/** What Istio's labels say of a series. A waypoint tells of what passes it as callers do. */
export function keyOfLabels(labels: SeriesLabels): TrafficKey {
  return keptKey((name) => {
    const { labels: names, nobody, type } = DIMENSIONS[name];
    const text = names.map((label) => labels[label] ?? "").find((value) => value !== "") ?? "";
    if (text === "") return nobody;
    if (type === "integer") return Number.isSafeInteger(Number(text)) ? Number(text) : nobody;
    return WORDS[name]?.(text) ?? text;
  });
}

const WORDS: { readonly [Name in DimensionName]?: (text: string) => string } = {
  reporter: (text) => (text === "destination" ? text : "source"),
  protocol: (text) => (text === "grpc" || text === "tcp" ? text : "http"),
  security: (text) => (SECURITY.has(text) ? text : "unknown"),
};

/** Whether one of a few words is read from whatever a label says. */
export function isWord(name: DimensionName): boolean {
  return WORDS[name] !== undefined;
}
