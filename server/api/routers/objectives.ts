import { procedure, router } from "#server/api/trpc.ts";
import { objectiveQuery } from "#server/services/inputs.ts";

export const objectivesRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.objectives.list()),
  get: procedure.input(objectiveQuery).query(({ ctx, input }) => ctx.services.objectives.get(input)),
});
