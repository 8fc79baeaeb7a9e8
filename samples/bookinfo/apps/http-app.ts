import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";

/** Headers an application passes from the request it serves to the requests it makes, so that traces join up. */
const PROPAGATED = [
  "x-request-id",
  "traceparent",
  "tracestate",
  "baggage",
  "b3",
  "x-b3-traceid",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-flags",
  "end-user",
  "user-agent",
  "cookie",
  "authorization",
] as const;

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (path: string, incoming: IncomingMessage) => Promise<Reply>;

/** Connections are kept; the proxy in `http_proxy`, when set, is what knows the services' names. */
const agent = new Agent({ keepAlive: true, proxyEnv: process.env });

export function json(value: unknown, status = 200): Reply {
  return { status, body: JSON.stringify(value), type: "application/json" };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** What the called service says it had to leave out. */
  readonly degraded: string | undefined;
}

/** GETs `url` with the caller's tracing headers; a refused or broken connection is a 503 like any other answer. */
export function call(url: string, incoming: IncomingMessage, timeoutMs = 5000): Promise<Answer> {
  const headers: Record<string, string> = {};
  for (const name of PROPAGATED) {
    const value = incoming.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  return new Promise((resolve) => {
    const fail = (error: unknown): void => resolve({ status: 503, body: String(error), degraded: undefined });
    const outgoing = request(url, { headers, agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const degraded = response.headers["x-degraded"];
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({
          status: response.statusCode ?? 503,
          body,
          degraded: typeof degraded === "string" ? degraded : undefined,
        });
      });
      response.on("error", fail);
    });
    outgoing.on("error", fail);
    outgoing.end();
  });
}

/** Serves on 127.0.0.1 until SIGTERM, then finishes what it has begun. `--port` is required, `--version` optional. */
export function serve(name: string, makeHandler: (version: string) => Handler): void {
  const { values } = parseArgs({ options: { port: { type: "string" }, version: { type: "string", default: "v1" } } });
  const port = Number(values.port);
  if (!Number.isInteger(port)) throw new Error(`${name}: --port PORT is required`);
  const handler = makeHandler(values.version);
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
    const reply: Promise<Reply> =
      path === "/health" ? Promise.resolve(json({ status: `${name} is healthy` })) : handler(path, incoming);
    reply.then(
      ({ status, body, type, headers }) => {
        response.writeHead(status, {
          "content-type": type ?? "text/html; charset=utf-8",
          "content-length": Buffer.byteLength(body),
          ...headers,
        });
        response.end(body);
      },
      (error: unknown) => {
        response.writeHead(500, { "content-type": "text/plain" });
        response.end(`${name}: ${String(error)}`);
      },
    );
  });
  // The sidecar decides when a connection ends: closing an idle one here would race with its next request.
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1", () =>
    process.stdout.write(`${name} ${values.version} listens on 127.0.0.1:${port}\n`),
  );
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 5000).unref();
  });
}
