import { describeDestinationRule } from "#core/kinds/destination-rule/effect.ts";
import { listRuleCredentials, listRuleFiles } from "#core/kinds/destination-rule/files.ts";
import { DESTINATION_RULE } from "#core/kinds/destination-rule/schema.ts";
import { validateDestinationRule } from "#core/kinds/destination-rule/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const destinationRule = defineKind({
  group: "networking.istio.io",
  plural: "destinationrules",
  short: "dr",
  area: "traffic",
  blame: 0,
  exported: "destinationRules",
  schema: DESTINATION_RULE,
  validate: ({ spec, metadata }) => validateDestinationRule(spec, metadata.namespace),
  template: { host: "", subsets: [] },
  selector: ({ workloadSelector }) => ({
    labels: workloadSelector?.matchLabels,
    path: ["spec", "workloadSelector"],
    among: "own-namespace",
  }),
  hosts: ({ host }) => [host],
  files: listRuleFiles,
  credentials: listRuleCredentials,
  effect: ({ spec }) => describeDestinationRule(spec),
});
