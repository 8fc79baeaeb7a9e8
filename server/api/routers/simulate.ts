import { askerOf, procedure, router } from "#server/api/trpc.ts";
import { simulatedRequest } from "#server/services/inputs.ts";

export const simulateRouter = router({
  /** A mutation for its size alone: it changes nothing. */
  request: procedure
    .input(simulatedRequest)
    .mutation(({ ctx, input, signal }) => ctx.services.simulate.request(input, askerOf(ctx, signal))),
});
