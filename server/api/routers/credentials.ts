import { callerOf, procedure, router } from "#server/api/trpc.ts";
import { credentialInput, credentialRef } from "#server/services/credential-inputs.ts";

export const gatewaysRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.gateways.list()),
});

export const credentialsRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.credentials.list()),
  put: procedure
    .input(credentialInput)
    .mutation(({ ctx, input }) => ctx.services.credentials.apply(input, callerOf(ctx))),
  remove: procedure
    .input(credentialRef)
    .mutation(({ ctx, input }) => ctx.services.credentials.remove(input, callerOf(ctx))),
});
