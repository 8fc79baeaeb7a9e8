import { z } from "zod";
import { callerOf, procedure, router } from "#server/api/trpc.ts";
import {
  apiTokenInput,
  auditFilter,
  joinTokenInput,
  liftInput,
  retentionInput,
  revocationInput,
} from "#server/services/inputs.ts";

export const sessionRouter = router({
  me: procedure.query(({ ctx }) => ctx.services.session.describe(ctx.principal)),
});

export const identityRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.identity.list()),
  revocations: procedure.query(({ ctx }) => ctx.services.identity.revocations()),
  revoke: procedure
    .input(revocationInput)
    .mutation(({ ctx, input }) => ctx.services.identity.revoke(input, callerOf(ctx))),
  liftRevocation: procedure
    .input(liftInput)
    .mutation(({ ctx, input }) => ctx.services.identity.liftRevocation(input, callerOf(ctx))),
  joinTokens: procedure.query(({ ctx }) => ctx.services.identity.joinTokens()),
  createJoinToken: procedure
    .input(joinTokenInput)
    .mutation(({ ctx, input }) => ctx.services.identity.createJoinToken(input, callerOf(ctx))),
  revokeJoinToken: procedure
    .input(z.object({ id: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.services.identity.revokeJoinToken(input.id, callerOf(ctx))),
});

export const accessRouter = router({
  apiTokens: procedure.query(({ ctx }) => ctx.services.access.apiTokens()),
  createApiToken: procedure
    .input(apiTokenInput)
    .mutation(({ ctx, input }) => ctx.services.access.createApiToken(input, callerOf(ctx))),
  revokeApiToken: procedure
    .input(z.object({ id: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.services.access.revokeApiToken(input.id, callerOf(ctx))),
  storage: procedure.query(({ ctx }) => ctx.services.access.storage()),
  setRetention: procedure
    .input(retentionInput)
    .mutation(({ ctx, input }) => ctx.services.access.setRetention(input, callerOf(ctx))),
  redaction: procedure.query(({ ctx }) => ctx.services.access.redaction()),
  setRedaction: procedure
    .input(z.object({ patterns: z.array(z.string().max(200)).max(1000) }))
    .mutation(({ ctx, input }) => ctx.services.access.setRedaction(input.patterns, callerOf(ctx))),
  refusals: procedure.query(({ ctx }) => ctx.services.access.refusals()),
  audit: procedure
    .input(auditFilter.default({ limit: 100 }))
    .query(({ ctx, input }) => ctx.services.access.audit(input)),
});
