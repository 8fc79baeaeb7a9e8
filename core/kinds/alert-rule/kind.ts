import { ALERT_RULE } from "#core/kinds/alert-rule/schema.ts";
import { validateAlertRule } from "#core/kinds/alert-rule/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const alertRule = defineKind({
  group: "observe.pharos.dev",
  plural: "alertrules",
  short: "ar",
  area: "alerts",
  blame: 0,
  schema: ALERT_RULE,
  validate: ({ spec }) => validateAlertRule(spec),
  template: {
    expr: 'sum by (destination_service) (rate(istio_requests_total{reporter="destination",response_code=~"5.."}[5m])) > 1',
    for: "5m",
    labels: { severity: "ticket" },
    annotations: { summary: "{{ $labels.destination_service }} answers {{ $value }} errors a second" },
  },
  leads: ["expr", "for", "labels", "annotations"],
  effect: ({ spec }) => `${spec.expr}${spec.for === undefined ? "" : `, for ${spec.for}`}`,
});
