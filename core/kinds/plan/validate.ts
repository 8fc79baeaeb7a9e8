import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import type { PlanConsumer, PlanSpec } from "#core/kinds/plan/schema.ts";
import type { Path } from "#core/schema/path.ts";

const WINDOW_MS_MAX = 24 * 3_600_000;

export function validatePlan({ consumers, quotas = [], limits = [] }: PlanSpec): Diagnostic[] {
  return [
    ...consumers.flatMap((consumer, index) => validateConsumer(consumer, ["spec", "consumers", index])),
    ...(quotas.length + limits.length === 0
      ? [
          errorAt(
            ["spec"],
            "missing-field",
            "it names no quota and no limit: who has it has nothing of it",
            "name a Quota in quotas, or a RateLimit and its rule in limits",
          ),
        ]
      : []),
    ...repeated(
      quotas.map(({ name }) => name),
      (index) => ["spec", "quotas", index, "name"],
    ),
    ...repeated(
      limits.map(({ name, rule }) => `${name} ${rule}`),
      (index) => ["spec", "limits", index, "rule"],
    ),
    ...limits.flatMap(({ per }, index) =>
      per !== undefined && (parseDurationMs(per) ?? 0) > WINDOW_MS_MAX
        ? [
            errorAt(
              ["spec", "limits", index, "per"],
              "bad-value",
              `${per} is longer than 24h`,
              "a RateLimit is of seconds to hours: set a shorter time and a smaller amount",
            ),
          ]
        : [],
    ),
  ];
}

function validateConsumer({ claim, workloads }: PlanConsumer, path: Path): Diagnostic[] {
  if (claim !== undefined && !claim.attribute.startsWith("request.auth.claims["))
    return [
      errorAt(
        [...path, "claim", "attribute"],
        "bad-value",
        `${claim.attribute} is no claim`,
        "write request.auth.claims[NAME]; who calls, by its certificate, is written in principals, serviceAccounts or namespaces",
      ),
    ];
  if (workloads !== undefined && Object.keys(workloads.matchLabels).length === 0)
    return [
      errorAt(
        [...path, "workloads", "matchLabels"],
        "missing-field",
        "no label is named: every workload has all of none",
        "name one, or write namespaces",
      ),
    ];
  return [];
}

function repeated(names: readonly string[], path: (index: number) => Path): Diagnostic[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [errorAt(path(index), "duplicate-value", `${name} appears twice`, "one amount holds: leave one of them out")]
      : [],
  );
}
