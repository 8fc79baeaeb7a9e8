import { defineKind } from "#core/kinds/kind.ts";
import { describeRateLimit } from "#core/kinds/rate-limit/effect.ts";
import { listLimitedPorts } from "#core/kinds/rate-limit/list-ports.ts";
import { RATE_LIMIT_PRESETS } from "#core/kinds/rate-limit/presets.ts";
import { RATE_LIMIT } from "#core/kinds/rate-limit/schema.ts";
import { validateRateLimit } from "#core/kinds/rate-limit/validate.ts";

export const rateLimit = defineKind({
  group: "limits.pharos.dev",
  plural: "ratelimits",
  short: "rl",
  area: "limits",
  blame: 2,
  schema: RATE_LIMIT,
  validate: ({ spec }) => validateRateLimit(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  applicationPorts: listLimitedPorts,
  template: {
    rules: [
      {
        name: "per-caller",
        bucket: { key: [{ attribute: "source.principal" }], missing: "Share" },
        limit: { amount: 100, per: "10s" },
      },
    ],
  },
  leads: ["rules"],
  presets: RATE_LIMIT_PRESETS,
  effect: describeRateLimit,
});
