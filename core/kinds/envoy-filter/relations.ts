import { patchOrder } from "#core/kinds/envoy-filter/checks/patch-order.ts";
import { concernByEnvoyFilter } from "#core/kinds/envoy-filter/concern.ts";
import { explainEnvoyFilter } from "#core/kinds/envoy-filter/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";

export const envoyFilterRelations: KindRelations<"EnvoyFilter"> = {
  checks: [patchOrder],
  explain: explainEnvoyFilter,
  concern: concernByEnvoyFilter,
};
