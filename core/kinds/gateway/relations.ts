import { concernByGateway } from "#core/kinds/gateway/concern.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";

export const gatewayRelations: KindRelations<"Gateway"> = {
  checks: [],
  concern: concernByGateway,
};
