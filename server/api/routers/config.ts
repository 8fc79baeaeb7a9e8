import { z } from "zod";
import { hideSecretsFrom } from "#server/api/hide-secrets-from.ts";
import { askerOf, callerOf, procedure, router } from "#server/api/trpc.ts";
import { configChanges, historyFilter, listFilter, reason, refText, revision } from "#server/services/inputs.ts";

export const configRouter = router({
  list: procedure.input(listFilter.default({})).query(({ ctx, input }) => ctx.services.config.list(input)),
  get: procedure
    .input(z.object({ ref: refText }))
    .query(async ({ ctx, input }) => hideSecretsFrom(ctx).ofDocument(await ctx.services.config.get(input.ref))),
  check: procedure
    .input(z.object({ changes: configChanges }))
    .mutation(({ ctx, input, signal }) => ctx.services.config.check(input.changes, askerOf(ctx, signal))),
  preview: procedure
    .input(z.object({ changes: configChanges }))
    .mutation(async ({ ctx, input, signal }) =>
      hideSecretsFrom(ctx).ofChanged(await ctx.services.config.preview(input.changes, askerOf(ctx, signal))),
    ),
  /** Not `apply`: tRPC keeps that word for itself. */
  applyChanges: procedure
    .input(z.object({ changes: configChanges, reason }))
    .mutation(({ ctx, input, signal }) =>
      ctx.services.config.apply(input.changes, input.reason, callerOf(ctx), signal),
    ),
  diagnostics: procedure.query(({ ctx }) => ctx.services.config.diagnostics()),
  history: procedure
    .input(historyFilter.default({ limit: 50 }))
    .query(({ ctx, input }) => ctx.services.config.history(input)),
  revision: procedure
    .input(z.object({ revision }))
    .query(async ({ ctx, input }) =>
      hideSecretsFrom(ctx).ofChanged(await ctx.services.config.revision(input.revision)),
    ),
  rollback: procedure
    .input(z.object({ revision: z.number().int().nonnegative(), reason }))
    .mutation(({ ctx, input }) => ctx.services.config.rollback(input.revision, input.reason, callerOf(ctx))),
  restoreChanges: procedure
    .input(z.object({ revision: z.number().int().nonnegative(), way: z.enum(["rollback", "undo"]) }))
    .query(async ({ ctx, input }) =>
      hideSecretsFrom(ctx).ofChanges(await ctx.services.config.restoreChanges(input.revision, input.way)),
    ),
  undo: procedure
    .input(z.object({ revision, reason }))
    .mutation(({ ctx, input }) => ctx.services.config.undo(input.revision, input.reason, callerOf(ctx))),
  distribution: procedure
    .input(z.object({ revision }))
    .query(({ ctx, input }) => ctx.services.config.distribution(input.revision)),
  /** The services that a resource bears on, and why. */
  reach: procedure.input(z.object({ ref: refText })).query(({ ctx, input }) => ctx.services.config.reach(input.ref)),
  /** The roll-out of a revision, as server-sent events. */
  watch: procedure.input(z.object({ revision })).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.config.watch(input.revision, signal ?? new AbortController().signal);
  }),
});
