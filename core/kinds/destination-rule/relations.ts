import { ejectsNobody } from "#core/kinds/destination-rule/checks/ejects-nobody.ts";
import { httpOnlySettings } from "#core/kinds/destination-rule/checks/http-only-settings.ts";
import { mtlsConflict } from "#core/kinds/destination-rule/checks/mtls-conflict.ts";
import { overruledRule } from "#core/kinds/destination-rule/checks/overruled.ts";
import { ruleHost } from "#core/kinds/destination-rule/checks/rule-host.ts";
import { rulePort } from "#core/kinds/destination-rule/checks/rule-port.ts";
import { subsetLabels } from "#core/kinds/destination-rule/checks/subset-labels.ts";
import { subsetWithoutLabels } from "#core/kinds/destination-rule/checks/subset-without-labels.ts";
import { explainDestinationRule } from "#core/kinds/destination-rule/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { concernByHosts } from "#core/traffic/concern-hosts.ts";

export const destinationRuleRelations: KindRelations<"DestinationRule"> = {
  checks: [
    ruleHost,
    rulePort,
    subsetLabels,
    subsetWithoutLabels,
    ejectsNobody,
    mtlsConflict,
    httpOnlySettings,
    overruledRule,
  ],
  explain: explainDestinationRule,
  reaches: ({ spec, metadata }, { namespace, labels }) =>
    spec.workloadSelector === undefined
      ? isVisible(spec.exportTo, metadata.namespace, namespace)
      : metadata.namespace === namespace && matchesLabels(labels, spec.workloadSelector.matchLabels),
  // Every namespace that sees a rule may have workloads without its files; the rule's owner answers for those of its own.
  isMeantFor: ({ metadata }, { namespace }) => metadata.namespace === namespace,
  concern: (change, context) => concernByHosts(change, context, ({ spec }) => [spec.host]),
};
