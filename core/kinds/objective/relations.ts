import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { objectiveTargetFound } from "#core/kinds/objective/checks/objective-target-found.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const objectiveRelations: KindRelations<"Objective"> = {
  checks: [objectiveTargetFound],
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
