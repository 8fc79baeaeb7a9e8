import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const silenceRelations: KindRelations<"Silence"> = {
  checks: [],
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
