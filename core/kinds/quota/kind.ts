import { defineKind } from "#core/kinds/kind.ts";
import { describeQuota } from "#core/kinds/quota/effect.ts";
import { listQuotaPorts } from "#core/kinds/quota/list-ports.ts";
import { QUOTA_PRESETS } from "#core/kinds/quota/presets.ts";
import { QUOTA } from "#core/kinds/quota/schema.ts";
import { validateQuota } from "#core/kinds/quota/validate.ts";

export const quota = defineKind({
  group: "limits.pharos.dev",
  plural: "quotas",
  short: "qt",
  area: "limits",
  blame: 2,
  schema: QUOTA,
  validate: ({ spec }) => validateQuota(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  applicationPorts: listQuotaPorts,
  template: {
    bucket: { key: [{ attribute: "source.principal" }], missing: "Share" },
    amount: 10_000,
    period: { calendar: "Month", timeZone: "UTC" },
    soft: [80, 95],
  },
  leads: ["amount", "period", "bucket"],
  presets: QUOTA_PRESETS,
  effect: describeQuota,
});
