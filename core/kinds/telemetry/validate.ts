import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import type { AccessLogging, Metrics, TelemetrySpec } from "#core/kinds/telemetry/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** Of Istio's standard metrics those that nobody here counts. */
const NOT_COUNTED: ReadonlySet<string> = new Set(["GRPC_REQUEST_MESSAGES", "GRPC_RESPONSE_MESSAGES"]);

export function validateTelemetry(spec: TelemetrySpec): Diagnostic[] {
  return [...validateTargets(spec), ...validateSaid(spec)];
}

function validateSaid({ tracing = [], metrics = [], accessLogging = [] }: TelemetrySpec): Diagnostic[] {
  if (tracing.length + metrics.length + accessLogging.length === 0)
    return [
      warningAt(
        ["spec"],
        "no-effect",
        "the Telemetry says nothing",
        "set tracing, metrics or accessLogging, or delete it",
      ),
    ];
  return [
    ...tracing.flatMap((_, index) =>
      tracing.slice(0, index).some((earlier) => overlap(earlier, tracing[index]))
        ? [
            warningAt(
              ["spec", "tracing", index],
              "duplicate-value",
              "an earlier entry is for the same side: of what both say this one counts",
              "write one entry, or one with match.mode CLIENT and one with SERVER",
            ),
          ]
        : [],
    ),
    ...metrics.flatMap((entry, index) => validateMetrics(entry, ["spec", "metrics", index])),
    ...accessLogging.flatMap((entry, index) => validateLogging(entry, ["spec", "accessLogging", index])),
  ];
}

function validateMetrics({ overrides = [] }: Metrics, path: Path): Diagnostic[] {
  return overrides.flatMap(({ match, disabled, tagOverrides = {} }, index) => {
    const at = [...path, "overrides", index];
    const tags = Object.entries(tagOverrides);
    const issues = tags.flatMap(([tag, { operation = "UPSERT", value }]): Diagnostic[] => {
      const where = [...at, "tagOverrides", tag];
      if (operation === "UPSERT" && value === undefined)
        return [errorAt(where, "needs-field", `${tag} has no value`, "set value, or operation: REMOVE")];
      if (operation === "REMOVE" && value !== undefined)
        return [
          errorAt(
            [...where, "value"],
            "conflicting-fields",
            `${tag} is removed and has a value`,
            "leave out one of them",
          ),
        ];
      return [];
    });
    if (match?.metric !== undefined && NOT_COUNTED.has(match.metric))
      issues.push(
        warningAt([...at, "match", "metric"], "no-effect", `${match.metric} is not counted here`, "leave it out"),
      );
    if (disabled === undefined && tags.length === 0)
      issues.push(warningAt(at, "no-effect", "the override changes nothing", "set disabled or tagOverrides"));
    if (disabled === true && tags.length > 0)
      issues.push(
        warningAt(
          [...at, "tagOverrides"],
          "no-effect",
          "the metric is disabled: nobody sees its labels",
          "leave them out",
        ),
      );
    return issues;
  });
}

function validateLogging({ disabled, filter }: AccessLogging, path: Path): Diagnostic[] {
  return disabled === true && filter !== undefined
    ? [warningAt([...path, "filter"], "no-effect", "nothing is logged: nobody asks the filter", "leave it out")]
    : [];
}

type Entry = NonNullable<TelemetrySpec["tracing"]>[number];

function overlap(a: Entry, b: Entry | undefined): boolean {
  const [left, right] = [a, b].map((each) => each?.match?.mode ?? "CLIENT_AND_SERVER");
  return left === right || left === "CLIENT_AND_SERVER" || right === "CLIENT_AND_SERVER";
}
