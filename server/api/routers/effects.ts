import { z } from "zod";
import { procedure, router } from "#server/api/trpc.ts";
import { marksQuery, revision } from "#server/services/inputs.ts";

export const effectsRouter = router({
  get: procedure.input(z.object({ revision })).query(({ ctx, input }) => ctx.services.effects.get(input.revision)),
  list: procedure
    .input(z.object({ revisions: z.array(revision).max(500) }))
    .query(({ ctx, input }) => ctx.services.effects.list(input.revisions)),
  marks: procedure.input(marksQuery).query(({ ctx, input }) => ctx.services.effects.marks(input)),
});
