import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { duplicateService } from "#core/kinds/service-entry/checks/duplicate-service.ts";
import { explainServiceEntry } from "#core/kinds/service-entry/explain.ts";
import { concernByHosts } from "#core/traffic/concern-hosts.ts";

export const serviceEntryRelations: KindRelations<"ServiceEntry"> = {
  checks: [duplicateService],
  explain: explainServiceEntry,
  concern: (change, context) => concernByHosts(change, context, ({ spec }) => spec.hosts),
};
