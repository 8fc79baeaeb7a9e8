import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { ADDRESS_HEADER } from "#core/view/address-header.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { pagePolicy } from "#server/http/content-security.ts";

/** The built console, served inside this process by Next. */
export async function mountConsole(root: string, host: string, port: number): Promise<HttpHandler> {
  if (!existsSync(join(root, ".next/BUILD_ID"))) {
    throw new PharosError("unavailable", "the console has not been built", {
      hint: "`npm run build`, or start with `npm start`, which builds it; --no-console serves the API alone",
    });
  }
  const { default: next } = await import("next");
  const app = (next as unknown as (options: object) => { prepare(): Promise<void>; getRequestHandler(): HttpHandler })({
    dev: false,
    dir: root,
    hostname: host,
    port,
    quiet: true,
    // Next listens for upgrades on the server it is given, and finds ours where it is given none.
    httpServer: createServer(),
  });
  await app.prepare();
  const render = app.getRequestHandler();
  return (request, response) => {
    const policy = pagePolicy();
    // Next reads the nonce for its own scripts out of the request's policy.
    request.headers["content-security-policy"] = policy;
    // What a page may come back to after signing in; a page is not told its own address otherwise.
    request.headers[ADDRESS_HEADER] = request.url ?? "/";
    response.setHeader("content-security-policy", policy);
    return render(request, response);
  };
}
