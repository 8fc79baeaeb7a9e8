import type { IncomingMessage } from "node:http";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { PharosError } from "#core/errors.ts";
import { appRouter } from "#server/api/router.ts";
import { type ApiContext, toTrpcError } from "#server/api/trpc.ts";
import type { HttpHandler } from "#server/http/routes.ts";

const PREFIX = "/api/trpc/";

export interface ApiMount {
  /** Makes the context of one call; throws PharosError when the request must not be served at all (a foreign origin). */
  createContext(request: IncomingMessage): Promise<ApiContext>;
  onError(error: PharosError, procedure: string): void;
}

/** tRPC at /api/trpc. A batch is one HTTP request; subscriptions are server-sent events. */
export function mountApi({ createContext, onError }: ApiMount): HttpHandler {
  return async (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0]?.slice(PREFIX.length) ?? "";
    await nodeHTTPRequestHandler({
      req: request as never,
      res: response as never,
      path,
      router: appRouter,
      createContext: () =>
        createContext(request).catch((error: unknown) => {
          throw toTrpcError(error);
        }),
      maxBodySize: 64 * 1024 * 1024,
      onError: ({ error, path: procedure }) => {
        if (error.code === "INTERNAL_SERVER_ERROR") onError(PharosError.from(error.cause ?? error), procedure ?? path);
      },
    });
  };
}
