import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { objectiveRouteFound } from "#core/kinds/objective/checks/objective-route-found.ts";
import { objectiveTargetFound } from "#core/kinds/objective/checks/objective-target-found.ts";
import { operationsToldApart } from "#core/kinds/objective/checks/operations-told-apart.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const objectiveRelations: KindRelations<"Objective"> = {
  checks: [objectiveTargetFound, objectiveRouteFound, operationsToldApart],
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
