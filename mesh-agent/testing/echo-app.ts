import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Cleanup } from "#mesh-agent/testing/test-agent.ts";

export interface EchoApp {
  readonly port: number;
  /** What reached it, in order. */
  readonly seen: readonly Seen[];
}

export interface Seen {
  /** Name of the app. */
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** An application that answers with what it saw, as JSON; `/status/503` with that status, as often as it is asked. */
export async function startEcho(cleanup: Cleanup, name: string): Promise<EchoApp> {
  const seen: Seen[] = [];
  const server = createServer((incoming, response) => {
    const { method = "", url = "", headers } = incoming;
    const all = { at: name, method, url, headers };
    seen.push(all);
    const status = /^\/status\/(\d+)/.exec(url)?.[1];
    response.statusCode = status === undefined ? 200 : Number(status);
    response.setHeader("x-app", name);
    response.end(JSON.stringify(all));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, seen };
}
