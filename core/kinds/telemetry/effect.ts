import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { TelemetrySpec, Tracing } from "#core/kinds/telemetry/schema.ts";

const SIDES = { CLIENT: "as callers ", SERVER: "as the called ", CLIENT_AND_SERVER: "" } as const;

export function describeTelemetry(resource: Written<TelemetrySpec>, rootNamespace: string): string {
  const { tracing = [] } = resource.spec;
  const said = joinParts(tracing.map(describeTracing));
  return said === "" ? "" : `On ${describePolicyTarget(resource, rootNamespace)}: ${said}`;
}

function describeTracing(entry: Tracing): string {
  const { match, randomSamplingPercentage: percent, disableSpanReporting, customTags = {} } = entry;
  const side = SIDES[match?.mode ?? "CLIENT_AND_SERVER"];
  if (disableSpanReporting === true) return `${side}nothing is traced`;
  const tags = Object.keys(customTags);
  const parts = [
    percent === undefined ? "" : `traces ${percent} % of requests`,
    tags.length === 0 ? "" : `tags spans with ${joinWords(tags, "and")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `${side}${joinWords(parts, "and")}`;
}
