import { defineKind } from "#core/kinds/kind.ts";
import { describeTelemetry } from "#core/kinds/telemetry/effect.ts";
import { TELEMETRY } from "#core/kinds/telemetry/schema.ts";
import { validateTelemetry } from "#core/kinds/telemetry/validate.ts";

export const telemetry = defineKind({
  group: "telemetry.istio.io",
  plural: "telemetries",
  short: "telemetry",
  area: "traffic",
  blame: 9,
  schema: TELEMETRY,
  validate: ({ spec }) => validateTelemetry(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace",
  }),
  template: { tracing: [{ randomSamplingPercentage: 10 }] },
  effect: describeTelemetry,
});
