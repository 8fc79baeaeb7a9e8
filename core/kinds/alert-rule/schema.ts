import type { Infer } from "#core/schema/field.ts";
import { described, map, message, required, string } from "#core/schema/make-field.ts";

const AT_SERVER = "none: the control plane asks it";

export const ALERT_RULE = message({
  expr: described(required(string("header-text")), {
    envoy: AT_SERVER,
    doc: "In PromQL, over all that is stored: each series that it answers is an alert",
    hint: 'sum by (destination_service) (rate(istio_requests_total{response_code=~"5.."}[5m])) > 1',
  }),
  for: described(string("duration-or-zero"), {
    envoy: AT_SERVER,
    default: "0s",
    doc: "How long it has to be so before it fires; until then it is pending",
  }),
  labels: described(map(string("header-value", 500), "metric-tag", 32), {
    envoy: AT_SERVER,
    doc: "Added to those of the series; receivers and silences choose by them",
  }),
  annotations: described(map(string(undefined, 2000), "metric-tag", 32), {
    envoy: AT_SERVER,
    doc: "For people; {{ $value }} and {{ $labels.NAME }} stand for what was found",
  }),
});
export type AlertRuleSpec = Infer<typeof ALERT_RULE>;
