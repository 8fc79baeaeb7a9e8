import { concernByEnvoyFilter } from "#core/kinds/envoy-filter/concern.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";

export const envoyFilterRelations: KindRelations<"EnvoyFilter"> = {
  checks: [],
  concern: concernByEnvoyFilter,
};
