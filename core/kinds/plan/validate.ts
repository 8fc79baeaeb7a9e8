import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import type { PlanConsumer, PlanSpec } from "#core/kinds/plan/schema.ts";
import { validateQuota } from "#core/kinds/quota/validate.ts";
import { validateRateLimit } from "#core/kinds/rate-limit/validate.ts";
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
            "name a Quota in quotas, or a RateLimit and its rule in limits, or write one there in spec",
          ),
        ]
      : []),
    ...repeated(
      quotas.map(({ name }) => name),
      (index) => ["spec", "quotas", index, "name"],
    ),
    ...repeated(
      limits.map(({ name, rule = "" }) => `${name} ${rule}`.trim()),
      (index) => ["spec", "limits", index, limits[index]?.rule === undefined ? "name" : "rule"],
    ),
    ...limits.flatMap((limit, index) => validateRule(limit, ["spec", "limits", index])),
    ...quotas.flatMap(({ spec }, index) =>
      spec === undefined ? [] : under(["spec", "quotas", index], validateQuota(spec)),
    ),
    ...limits.flatMap(({ spec }, index) =>
      spec === undefined ? [] : under(["spec", "limits", index], validateRateLimit(spec)),
    ),
    ...limits.flatMap(({ per }, index) =>
      per !== undefined && (parseDurationMs(per) ?? 0) > WINDOW_MS_MAX
        ? [
            errorAt(
              ["spec", "limits", index, "per"],
              "bad-value",
              `${per} is longer than 24h`,
              "a RateLimit is of seconds to hours: set a shorter time and a smaller amount, or give another amount of a Quota",
            ),
          ]
        : [],
    ),
  ];
}

/** What is amiss with a RateLimit or Quota that is written in the plan, where it stands. */
function under(at: Path, found: readonly Diagnostic[]): Diagnostic[] {
  return found.map((each) => ({ ...each, path: [...at, ...(each.path ?? [])] }));
}

/** A rule is named where it is another's; what is written in the plan has rules of its own. */
function validateRule(
  { name, spec, rule, per, burst }: NonNullable<PlanSpec["limits"]>[number],
  at: Path,
): Diagnostic[] {
  if (spec === undefined)
    return rule === undefined
      ? [
          errorAt(
            [...at, "rule"],
            "missing-field",
            `rule is missing: which rule of RateLimit ${name} has another amount is not said`,
            "name one of its rules, or write a RateLimit of the plan's own in spec instead of amount",
          ),
        ]
      : [];
  return Object.entries({ rule, per, burst }).flatMap(([field, value]) =>
    value === undefined
      ? []
      : [
          errorAt(
            [...at, field],
            "conflicting-fields",
            `spec is set, and ${field} is of a RateLimit that is only named`,
            "write it in the rules of spec, or leave spec out and set amount",
          ),
        ],
  );
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
