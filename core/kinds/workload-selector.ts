import { map, message, string } from "#core/schema/make-field.ts";

/** Of security policies, Telemetries and DestinationRules; absent or empty selects every workload of the namespace. */
export const MATCH_LABELS = message({
  matchLabels: map(string("selector-value", 63), "selector-text"),
});

/** Of ServiceEntries and Sidecars. */
export const LABELS_SELECTOR = message({
  labels: map(string("selector-value", 63), "selector-text", 256),
});
