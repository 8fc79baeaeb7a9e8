import { concernByEnvoyFilter } from "#core/kinds/envoy-filter/concern.ts";
import { explainEnvoyFilter } from "#core/kinds/envoy-filter/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";

export const envoyFilterRelations: KindRelations<"EnvoyFilter"> = {
  checks: [],
  explain: explainEnvoyFilter,
  concern: concernByEnvoyFilter,
};
