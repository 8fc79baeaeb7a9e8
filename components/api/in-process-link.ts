import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppCaller, AppRouter } from "#server/api/router.ts";

/** Ends a tRPC client in the API itself: a server component asks without HTTP, by the same names and keys as the browser. */
export function inProcessLink(caller: AppCaller): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const call = op.path
          .split(".")
          .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], caller);
        (call as (input: unknown) => Promise<unknown>)(op.input).then(
          (data) => {
            observer.next({ result: { data } });
            observer.complete();
          },
          (error: Error) => observer.error(TRPCClientError.from(error)),
        );
      });
}
