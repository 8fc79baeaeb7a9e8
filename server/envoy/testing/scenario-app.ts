import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createRawTlsServer } from "node:tls";
import type { AppHeader } from "#server/envoy/testing/scenario.ts";
import { createGrpcAuthorizer, isAllowed } from "#server/envoy/testing/scenario-authorizer.ts";
import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

export interface RunningApp {
  readonly port: number;
  /** All that came in, oldest first. */
  readonly seen: readonly SeenRequest[];
  stop(): void;
}

/** Starts an application on a port of its own. A TCP one answers the first bytes of each connection with its name and keeps it open. */
export async function startScenarioApp(
  { name, protocol = "http", tls, status = 200, authorizer, gives = {}, ...kind }: AppHeader,
  certificate: { readonly cert: string; readonly key: string } | undefined,
): Promise<RunningApp> {
  const seen: SeenRequest[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join() : (value ?? "")]),
    );
    const one: SeenRequest = { app: name, method: request.method ?? "", path: request.url ?? "", headers };
    seen.push(one);
    request.resume().on("end", () => {
      if (authorizer === undefined) response.writeHead(status).end(JSON.stringify(one));
      else if (isAllowed(status, headers))
        response.writeHead(200, { "x-role": "admin", "x-judged": "yes", ...gives }).end();
      else response.writeHead(status === 200 ? 403 : status, { "x-reason": "stranger", "x-other": "1" }).end("no");
    });
  };
  const sockets = new Set<{ destroy(): unknown }>();
  const server: Server =
    authorizer === "grpc"
      ? createGrpcAuthorizer(name, status, gives, seen)
      : protocol === "tcp"
        ? (tls === undefined ? createTcpServer : createRawTlsServer.bind(undefined, { ...certificate }))(
            (socket: Socket) => {
              socket.on("error", () => undefined);
              socket.once("data", (bytes) => {
                const isMeant = kind.asksProxyHeader !== true || /^PROXY TCP4 127\.0\.0\.1 /.test(bytes.toString());
                socket.write(isMeant ? `${name}\n` : "no PROXY header\n");
              });
            },
          )
        : tls === undefined
          ? createServer(answer)
          : createTlsServer({ ...certificate }, answer);
  if (kind.tunnels === true)
    server.on("connect", (request: IncomingMessage, socket: Socket) => tunnel(name, request, socket, seen));
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    seen,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What a forward proxy does with CONNECT. */
function tunnel(app: string, { url = "" }: IncomingMessage, socket: Socket, seen: SeenRequest[]): void {
  seen.push({ app, method: "CONNECT", path: url, headers: {} });
  const inner = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    socket.pipe(inner).pipe(socket);
  });
  for (const each of [socket, inner]) each.on("error", () => undefined);
}
