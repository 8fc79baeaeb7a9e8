import { becomes, map, message, string } from "#core/schema/make-field.ts";

const SELECTS = "none: which workloads it is for";

/** Of security policies, Telemetries and DestinationRules; absent or empty selects every workload of the namespace. */
export const MATCH_LABELS = becomes(
  SELECTS,
  message({ matchLabels: map(string("selector-value", 63), "selector-text") }),
);

/** Of ServiceEntries and Sidecars. */
export const LABELS_SELECTOR = becomes(
  SELECTS,
  message({ labels: map(string("selector-value", 63), "selector-text", 256) }),
);
