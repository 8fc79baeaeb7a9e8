import type { DestinationRuleSpec } from "#core/kinds/destination-rule/schema.ts";
import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";

export function describeDestinationRule({
  subsets = [],
  trafficPolicy = {},
  workloadSelector,
}: DestinationRuleSpec): string {
  const names = subsets.map(({ name }) => name);
  const fields = Object.keys(trafficPolicy).map(splitName);
  const callers = joinWords(writeLabels(workloadSelector?.matchLabels), "and") || "any labels";
  return joinParts([
    workloadSelector === undefined ? "" : `For callers with ${callers}`,
    names.length === 0 ? "" : `Defines ${joinWords(names, "and")}`,
    fields.length === 0 ? "" : `sets ${joinWords(fields, "and")}`,
  ]);
}

/** "connection pool" of `connectionPool`. */
function splitName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
