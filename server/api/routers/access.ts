import { z } from "zod";
import { isNamespace, isServiceAccount } from "#core/identity/spiffe-id.ts";
import { callerOf, procedure, router } from "#server/api/trpc.ts";

const namespace = z.string().refine(isNamespace, "is lower-case letters, digits and dashes, 63 at most");
const serviceAccount = z
  .string()
  .refine(isServiceAccount, "is lower-case letters, digits, dots and dashes, 253 at most");
/** An IPv6 address stands in brackets. */
const address = z
  .string()
  .max(260)
  .regex(/^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, "is HOST:PORT");
const role = z.enum(["viewer", "operator", "admin"]);

export const sessionRouter = router({
  me: procedure.query(({ ctx }) => ctx.services.session.describe(ctx.principal)),
});

export const identityRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.identity.list()),
  revocations: procedure.query(({ ctx }) => ctx.services.identity.revocations()),
  revoke: procedure
    .input(
      z.object({
        kind: z.enum(["identity", "namespace", "certificate", "token"]),
        subject: z.string().min(1).max(600),
        reason: z.string().trim().min(1, "says why").max(1000),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.identity.revoke(input, callerOf(ctx))),
  liftRevocation: procedure
    .input(z.object({ id: z.string().max(100), reason: z.string().trim().max(1000).default("") }))
    .mutation(({ ctx, input }) => ctx.services.identity.liftRevocation(input, callerOf(ctx))),
  joinTokens: procedure.query(({ ctx }) => ctx.services.identity.joinTokens()),
  createJoinToken: procedure
    .input(
      z.object({
        namespace,
        serviceAccount,
        /** A WorkloadGroup's name has the letters of an account's. */
        group: serviceAccount.optional(),
        ttlSeconds: z.number().int().min(10).max(86_400).default(3600),
        /** host:port that agents will dial; the server's own by default. */
        server: address.optional(),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.identity.createJoinToken(input, callerOf(ctx))),
  revokeJoinToken: procedure
    .input(z.object({ id: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.services.identity.revokeJoinToken(input.id, callerOf(ctx))),
});

export const accessRouter = router({
  apiTokens: procedure.query(({ ctx }) => ctx.services.access.apiTokens()),
  createApiToken: procedure
    .input(
      z.object({
        name: z.string().min(1).max(100),
        role,
        ttlSeconds: z.number().int().min(60).max(31_536_000).optional(),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.access.createApiToken(input, callerOf(ctx))),
  revokeApiToken: procedure
    .input(z.object({ id: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.services.access.revokeApiToken(input.id, callerOf(ctx))),
  refusals: procedure.query(({ ctx }) => ctx.services.access.refusals()),
  audit: procedure
    .input(
      z
        .object({
          limit: z.number().int().min(1).max(500).default(100),
          before: z
            .string()
            .regex(/^\d{1,9}$/, "is the id of a line")
            .optional(),
          actor: z.string().optional(),
          action: z.string().optional(),
        })
        .default({ limit: 100 }),
    )
    .query(({ ctx, input }) => ctx.services.access.audit(input)),
});
