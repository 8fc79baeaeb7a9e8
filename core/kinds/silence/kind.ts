import { errorAt } from "#core/diagnostic.ts";
import { describeMatchers, validateMatchers } from "#core/kinds/alert-receiver/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";
import { SILENCE } from "#core/kinds/silence/schema.ts";

export const silence = defineKind({
  group: "observe.pharos.dev",
  plural: "silences",
  short: "sil",
  area: "alerts",
  blame: 0,
  schema: SILENCE,
  validate: ({ spec: { matchers, startsAt, endsAt } }) => [
    ...validateMatchers(matchers),
    ...(matchers.length === 0
      ? [errorAt(["spec", "matchers"], "missing-field", "no label is named: all alerts would be silent", "name one")]
      : []),
    ...(startsAt !== undefined && Date.parse(startsAt) >= Date.parse(endsAt)
      ? [errorAt(["spec", "endsAt"], "conflicting-fields", "it ends before it begins", "set a later time")]
      : []),
  ],
  template: { matchers: [{ name: "alertname", value: "" }], endsAt: "", reason: "" },
  leads: ["matchers", "startsAt", "endsAt", "reason"],
  effect: ({ spec }) =>
    `nobody is told of ${describeMatchers(spec.matchers)} until ${spec.endsAt}${spec.reason === undefined ? "" : `: ${spec.reason}`}`,
});
