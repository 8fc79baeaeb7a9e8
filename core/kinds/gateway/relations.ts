import { concernByGateway } from "#core/kinds/gateway/concern.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { matchesLabels } from "#core/resource/labels.ts";

export const gatewayRelations: KindRelations<"Gateway"> = {
  checks: [],
  reaches: ({ spec }, { labels }) => matchesLabels(labels, spec.selector),
  concern: concernByGateway,
};
