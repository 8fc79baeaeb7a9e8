import { z } from "zod";
import { rangeSeconds } from "#core/telemetry/range-seconds.ts";
import { procedure, router } from "#server/api/trpc.ts";

export const limitUseRouter = router({
  get: procedure
    .input(z.object({ seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.limitUse.get(input.seconds)),
});
