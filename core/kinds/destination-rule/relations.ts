import { mtlsConflict } from "#core/kinds/destination-rule/checks/mtls-conflict.ts";
import { ruleHost } from "#core/kinds/destination-rule/checks/rule-host.ts";
import { subsetLabels } from "#core/kinds/destination-rule/checks/subset-labels.ts";
import { explainDestinationRule } from "#core/kinds/destination-rule/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByHosts } from "#core/traffic/concern-hosts.ts";

export const destinationRuleRelations: KindRelations<"DestinationRule"> = {
  checks: [ruleHost, subsetLabels, mtlsConflict],
  explain: explainDestinationRule,
  concern: (change, context) => concernByHosts(change, context, ({ spec }) => [spec.host]),
};
