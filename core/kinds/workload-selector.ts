import type { Infer } from "#core/schema/field.ts";
import { map, message, string } from "#core/schema/make-field.ts";

/** Of security policies and DestinationRules; absent or empty selects every workload of the namespace. */
export const MATCH_LABELS = message({
  matchLabels: map(string("selector-value", 63), "selector-text"),
});
export type MatchLabelsSelector = Infer<typeof MATCH_LABELS>;

/** Of ServiceEntries. */
export const LABELS_SELECTOR = message({
  labels: map(string("selector-value", 63), "selector-text", 256),
});
export type LabelsSelector = Infer<typeof LABELS_SELECTOR>;
