import { duplicateCertificate } from "#core/kinds/gateway/checks/duplicate-certificate.ts";
import { concernByGateway } from "#core/kinds/gateway/concern.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { matchesLabels } from "#core/resource/labels.ts";

export const gatewayRelations: KindRelations<"Gateway"> = {
  checks: [duplicateCertificate],
  reaches: ({ spec }, { labels }) => matchesLabels(labels, spec.selector),
  concern: concernByGateway,
};
