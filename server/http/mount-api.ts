import type { IncomingMessage } from "node:http";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { PharosError } from "#core/errors.ts";
import { appRouter } from "#server/api/router.ts";
import type { ApiContext } from "#server/api/trpc.ts";
import { type HttpHandler, sendText } from "#server/http/routes.ts";

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
    let context: ApiContext;
    try {
      context = await createContext(request);
    } catch (error) {
      const refused = PharosError.from(error);
      sendText(response, refused.code === "forbidden" ? 403 : 500, `${refused.toString()}\n`);
      return;
    }
    await nodeHTTPRequestHandler({
      req: request as never,
      res: response as never,
      path,
      router: appRouter,
      createContext: () => Promise.resolve(context),
      maxBodySize: 64 * 1024 * 1024,
      onError: ({ error, path: procedure }) => {
        if (error.code === "INTERNAL_SERVER_ERROR") onError(PharosError.from(error.cause ?? error), procedure ?? path);
      },
    });
  };
}
