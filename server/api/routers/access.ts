import { z } from "zod";
import { callerOf, procedure, router } from "#server/api/trpc.ts";

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "is lower case letters, digits, dots and dashes")
  .max(253);
const role = z.enum(["viewer", "operator", "admin"]);

export const sessionRouter = router({
  me: procedure.query(({ ctx }) => ctx.services.session.describe(ctx.principal)),
});

export const identityRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.identity.list()),
  joinTokens: procedure.query(({ ctx }) => ctx.services.identity.joinTokens()),
  createJoinToken: procedure
    .input(
      z.object({
        namespace: name,
        serviceAccount: name,
        group: name.optional(),
        ttlSeconds: z.number().int().min(10).max(86_400).default(3600),
        /** host:port that agents will dial; the server's own by default. */
        server: z.string().max(260).optional(),
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
