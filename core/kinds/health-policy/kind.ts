import { describeHealthPolicy } from "#core/kinds/health-policy/effect.ts";
import { HEALTH_POLICY } from "#core/kinds/health-policy/schema.ts";
import { validateHealthPolicy } from "#core/kinds/health-policy/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const healthPolicy = defineKind({
  group: "observe.pharos.dev",
  plural: "healthpolicies",
  short: "hp",
  area: "alerts",
  blame: 0,
  schema: HEALTH_POLICY,
  validate: ({ spec }) => validateHealthPolicy(spec),
  template: { rules: [{ kind: "Service", tolerances: [{ code: "5XX", degraded: 1, failure: 5 }] }] },
  leads: ["rules"],
  presets: {
    kiali: {
      label: "As Kiali",
      detail: "Kiali's own defaults: any 5xx degrades",
      template: {
        rules: [
          {
            tolerances: [
              { code: "5XX", protocols: ["HTTP"], direction: "Both", degraded: 0, failure: 10 },
              { code: "4XX", protocols: ["HTTP"], direction: "Both", degraded: 10, failure: 20 },
              { code: "[1-9]|1[0-6]", protocols: ["GRPC"], direction: "Both", degraded: 0, failure: 10 },
              { code: "-", protocols: ["HTTP", "GRPC"], direction: "Both", degraded: 0, failure: 10 },
            ],
          },
        ],
      },
    },
  },
  effect: describeHealthPolicy,
});
