import { callerOf, procedure, router } from "#server/api/trpc.ts";
import { consumerName, consumerRef, consumersFilter, resetInput, topUpInput } from "#server/services/inputs.ts";

export const limitsRouter = router({
  rules: procedure.query(({ ctx }) => ctx.services.limits.rules()),
  consumers: procedure.input(consumersFilter).query(({ ctx, input }) => ctx.services.limits.consumers(input)),
  ofConsumer: procedure.input(consumerName).query(({ ctx, input }) => ctx.services.limits.ofConsumer(input.subject)),
  consumer: procedure.input(consumerRef).query(({ ctx, input }) => ctx.services.limits.consumer(input.key)),
  topUp: procedure.input(topUpInput).mutation(({ ctx, input }) => ctx.services.limits.topUp(input, callerOf(ctx))),
  reset: procedure.input(resetInput).mutation(({ ctx, input }) => ctx.services.limits.reset(input, callerOf(ctx))),
});
