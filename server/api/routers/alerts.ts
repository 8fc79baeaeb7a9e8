import { procedure, router } from "#server/api/trpc.ts";
import { alertHistory } from "#server/services/inputs.ts";

export const alertsRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.alerts.list()),
  history: procedure.input(alertHistory).query(({ ctx, input }) => ctx.services.alerts.history(input)),
  summary: procedure.query(({ ctx }) => ctx.services.alerts.summary()),
  receivers: procedure.query(({ ctx }) => ctx.services.alerts.receivers()),
});
