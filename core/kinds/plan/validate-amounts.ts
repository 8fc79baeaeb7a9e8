import type { Diagnostic } from "#core/diagnostic.ts";
import type { PlanSpec } from "#core/kinds/plan/schema.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";
import { validateCost } from "#core/kinds/quota/validate.ts";
import type { RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";
import { validateAmounts } from "#core/kinds/rate-limit/validate.ts";
import type { Path } from "#core/schema/path.ts";

/** What would be amiss in a Quota or RateLimit that said what the plan says of it, where the plan says it. */
type Unusable = Omit<Diagnostic, "code" | "path"> & { readonly path: Path };

/** What a plan names, by name; undefined where there is none. */
export interface PlannedSpecs {
  readonly quota: (name: string) => QuotaSpec | undefined;
  readonly limit: (name: string) => RateLimitSpec | undefined;
}

export function validatePlannedAmounts({ quotas = [], limits = [] }: PlanSpec, specs: PlannedSpecs): Unusable[] {
  return [
    ...quotas.flatMap(({ name, amount }, index) => {
      const quota = amount === undefined ? undefined : specs.quota(name);
      if (amount === undefined || quota === undefined) return [];
      const found = validateCost({ ...quota, amount }).filter(({ path = [] }) => path[1] === "amount");
      return found.map(tellAt(["spec", "quotas", index], { amount }, `Quota ${name}`));
    }),
    ...limits.flatMap((limit, index) => validatePlannedLimit(limit, ["spec", "limits", index], specs)),
  ];
}

function validatePlannedLimit(
  { name, rule: ruleName, amount, per, burst }: NonNullable<PlanSpec["limits"]>[number],
  at: Path,
  specs: PlannedSpecs,
): Unusable[] {
  const rule = specs.limit(name)?.rules.find((each) => each.name === ruleName);
  if (amount === undefined || rule === undefined) return [];
  const { burst: _, ...own } = rule.limit;
  const set = { amount, ...(per === undefined ? {} : { per }), ...(burst === undefined ? {} : { burst }) };
  const before = new Set(validateAmounts(rule, []).map(tellApart));
  return validateAmounts({ ...rule, limit: { ...own, ...set } }, [])
    .filter((each) => each.path?.[0] !== "cost" && !before.has(tellApart(each)))
    .map(tellAt(at, set, `rule ${ruleName} of RateLimit ${name}`));
}

const tellApart = ({ path, message }: Diagnostic): string => JSON.stringify([path, message]);

/** At the field of the plan that says it, or else at the amount. */
const tellAt =
  (at: Path, set: Readonly<Record<string, unknown>>, what: string) =>
  ({ severity, path = [], message, hint }: Diagnostic): Unusable => {
    const field = String(path.at(-1));
    const where = Object.hasOwn(set, field) ? field : "amount";
    return {
      ...{ severity, path: [...at, where], message: `of ${what}: ${message}` },
      ...(hint === undefined ? {} : { hint }),
    };
  };
