import { type FieldTable, map, string } from "#core/resource/field.ts";

/** `selector` of the security policies and `workloadSelector` of DestinationRule. */
export const MATCH_LABELS: FieldTable = {
  matchLabels: map("selector-text"),
  "matchLabels{}": string("selector-value", 63),
};
