import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { isAllowed, minimalRole, type Procedure } from "#core/access/permissions.ts";
import { describeIssues } from "#core/describe-issues.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import type { PrincipalView } from "#core/view/session.ts";
import type { Asker, Caller, Services } from "#server/services/services.ts";

export interface ApiContext {
  readonly services: Services;
  readonly principal: PrincipalView | null;
  readonly from: string;
  /** Writes the audit line of a refused call. */
  readonly onRefused: (procedure: string, principal: PrincipalView | null, from: string, reason: string) => void;
}

const FAILED = "the server failed at this";

const t = initTRPC.context<ApiContext>().create({
  errorFormatter({ shape, error }) {
    const { cause } = error;
    const known = cause instanceof PharosError ? cause : undefined;
    const { stack: _, ...data } = shape.data;
    if (error.code === "INTERNAL_SERVER_ERROR")
      // What broke inside (a query, a path, a stack of the other thread) is for the log; see `onError` in mount-api.ts.
      return { ...shape, message: FAILED, data: { ...data, reason: "internal", hint: "the server's log says why" } };
    if (cause instanceof ZodError)
      return { ...shape, message: describeIssues(cause), data: { ...data, reason: "invalid", hint: null } };
    return {
      ...shape,
      data: { ...data, reason: known?.code ?? null, hint: known?.hint ?? null, details: known?.details ?? {} },
    };
  },
});

/** PharosError → tRPC error, by the one table. */
export function toTrpcError(error: unknown): TRPCError {
  const pharos = PharosError.from(error instanceof TRPCError && error.cause !== undefined ? error.cause : error);
  return new TRPCError({ code: ERROR_CODES[pharos.code].trpc, message: pharos.message, cause: pharos });
}

const authorized = t.middleware(async ({ ctx, path, next }) => {
  const procedure = path as Procedure;
  if (!isAllowed(procedure, ctx.principal?.role ?? null)) {
    const needed = minimalRole(procedure);
    const error =
      ctx.principal === null
        ? new PharosError("unauthenticated", `${path} needs a session or an API token`, {
            hint: "sign in, or send `Authorization: Bearer TOKEN`",
          })
        : new PharosError(
            "forbidden",
            `${path} needs the role ${needed}; ${ctx.principal.name} is ${ctx.principal.role}`,
            { hint: "ask an administrator for the role" },
          );
    ctx.onRefused(path, ctx.principal, ctx.from, error.message);
    throw toTrpcError(error);
  }
  const result = await next();
  if (!result.ok && result.error.cause instanceof PharosError) throw toTrpcError(result.error.cause);
  return result;
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
/** Every procedure is made from this one: the permission table decides who may call it. */
export const procedure = t.procedure.use(authorized);

/** The caller of a procedure that the table opens to no anonymous one. */
export function callerOf(ctx: ApiContext): Caller {
  if (ctx.principal === null)
    throw toTrpcError(new PharosError("unauthenticated", "this call needs a session or an API token"));
  return { principal: ctx.principal, from: ctx.from };
}

/** Whose turn a costly question takes, and how it is known that the answer is not wanted any more. */
export function askerOf(ctx: ApiContext, signal: AbortSignal | undefined): Asker {
  return { user: callerOf(ctx).principal.name, signal };
}
