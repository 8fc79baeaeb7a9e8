import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { AccessLogging, Metrics, TelemetrySpec, Tracing } from "#core/kinds/telemetry/schema.ts";

const SIDES = { CLIENT: "as callers ", SERVER: "as the called ", CLIENT_AND_SERVER: "" } as const;

export function describeTelemetry(resource: Written<TelemetrySpec>, rootNamespace: string): string {
  const said = describeSaid(resource.spec);
  return said === "" ? "" : `On ${describePolicyTarget(resource, rootNamespace)}: ${said}`;
}

/** The same without whom it is for. */
export function describeSaid({ tracing = [], metrics = [], accessLogging = [] }: TelemetrySpec): string {
  return joinParts([
    ...tracing.map(describeTracing),
    ...metrics.map(describeMetrics),
    ...accessLogging.map(describeLogging),
  ]);
}

function describeTracing(entry: Tracing): string {
  const {
    match,
    randomSamplingPercentage: percent,
    disableSpanReporting,
    customTags = {},
    providers: [named] = [],
  } = entry;
  const endsContext = entry.disableContextPropagation === true;
  const side = SIDES[match?.mode ?? "CLIENT_AND_SERVER"];
  if (disableSpanReporting === true) return `${side}nothing is traced`;
  const tags = Object.keys(customTags);
  const parts = [
    percent === undefined ? "" : `traces ${percent} % of requests`,
    endsContext ? "hands on no context of traces" : "",
    tags.length === 0 ? "" : `tags spans with ${joinWords(tags, "and")}`,
    named === undefined ? "" : `has spans sent to ${named.name} instead of the control plane`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `${side}${joinWords(parts, "and")}`;
}

function describeMetrics({ overrides = [] }: Metrics): string {
  return joinParts(
    overrides.map(({ match, disabled, tagOverrides = {} }) => {
      const side = SIDES[match?.mode ?? "CLIENT_AND_SERVER"];
      const { metric = "ALL_METRICS" } = match ?? {};
      const what = metric === "ALL_METRICS" ? "metrics" : metric;
      if (disabled === true)
        return `${side}${metric === "ALL_METRICS" ? "no metrics are" : `${metric} is not`} exported at /metrics; the console counts all the same`;
      const tags = Object.entries(tagOverrides);
      const names = (operation: "UPSERT" | "REMOVE") =>
        tags.filter(([, tag]) => (tag.operation ?? "UPSERT") === operation).map(([name]) => name);
      const [set, removed] = [names("UPSERT"), names("REMOVE")];
      const parts = [
        disabled === false ? "are exported" : "",
        set.length === 0 ? "" : `have ${joinWords(set, "and")} set`,
        removed.length === 0 ? "" : `have no ${joinWords(removed, "and")}`,
      ].filter((part) => part !== "");
      return parts.length === 0 ? "" : `${side}${what} at /metrics ${joinWords(parts, "and")}`;
    }),
  );
}

function describeLogging({ match, providers = [], disabled, filter }: AccessLogging): string {
  const side = SIDES[match?.mode ?? "CLIENT_AND_SERVER"];
  const names = joinWords(
    providers.map(({ name }) => name),
    "and",
  );
  const who = names === "" ? "the providers above" : names;
  if (disabled === true) return `${side}no requests are logged to ${who}`;
  return `${side}requests ${filter === undefined ? "" : "that a filter takes "}are logged to ${who}`;
}
