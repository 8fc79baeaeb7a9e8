import { ALERT_RECEIVER } from "#core/kinds/alert-receiver/schema.ts";
import { describeMatchers, validateReceiver } from "#core/kinds/alert-receiver/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const alertReceiver = defineKind({
  group: "observe.pharos.dev",
  plural: "alertreceivers",
  short: "arec",
  area: "alerts",
  blame: 0,
  schema: ALERT_RECEIVER,
  validate: ({ spec }) => validateReceiver(spec),
  template: { matchers: [{ name: "severity", value: "page" }], webhook: { url: "" } },
  leads: ["webhook", "alertmanager", "matchers"],
  presets: {
    alertmanager: {
      label: "Alertmanager",
      detail: "groups, routes and silences are its own",
      template: { alertmanager: { url: "" } },
    },
  },
  effect: ({ spec: { matchers, webhook, alertmanager, repeatInterval } }) => {
    const again = webhook === undefined || repeatInterval === undefined ? "" : `, again every ${repeatInterval}`;
    return `${describeMatchers(matchers)} go to ${webhook?.url ?? alertmanager?.url ?? ""}${again}`;
  },
});
