import { procedure, router } from "#server/api/trpc.ts";
import { healthHistory, healthSubject } from "#server/services/inputs.ts";

export const healthRouter = router({
  current: procedure.query(({ ctx }) => ctx.services.health.current()),
  history: procedure.input(healthHistory).query(({ ctx, input }) => ctx.services.health.history(input)),
  tolerances: procedure
    .input(healthSubject.optional())
    .query(({ ctx, input }) => ctx.services.health.tolerances(input)),
});
