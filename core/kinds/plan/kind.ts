import { defineKind } from "#core/kinds/kind.ts";
import { describePlan } from "#core/kinds/plan/effect.ts";
import { PLAN_PRESETS } from "#core/kinds/plan/presets.ts";
import { PLAN } from "#core/kinds/plan/schema.ts";
import { validatePlan } from "#core/kinds/plan/validate.ts";

export const plan = defineKind({
  group: "limits.pharos.dev",
  plural: "plans",
  short: "pl",
  area: "limits",
  blame: 1,
  schema: PLAN,
  validate: ({ spec }) => validatePlan(spec),
  template: {
    consumers: [{ claim: { attribute: "request.auth.claims[plan]", values: ["gold"] } }],
    quotas: [{ name: "", amount: 100_000 }],
  },
  leads: ["consumers", "quotas", "limits"],
  presets: PLAN_PRESETS,
  effect: describePlan,
});
