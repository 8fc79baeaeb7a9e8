import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
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

/** What a server shows, and of clients' certificates wants where `ca` is there. */
interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** Starts an application on a port of its own. A TCP one answers the first bytes of each connection with its name and keeps it open. */
export async function startScenarioApp(
  app: AppHeader,
  certificate: ServerCertificate | undefined,
): Promise<RunningApp> {
  const seen: SeenRequest[] = [];
  const server = createAppServer(app, certificate, seen);
  if (app.tunnels === true)
    server.on("connect", (request: IncomingMessage, socket: Socket) => tunnel(app.name, request, socket, seen));
  if (app.upgrades === true)
    server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
      const one = readRequest(app.name, request);
      seen.push(one);
      socket.on("error", () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${one.headers.upgrade}\r\n\r\n`,
      );
      socket.write(JSON.stringify(one));
    });
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, app.address ?? "127.0.0.1", done));
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

function createAppServer(app: AppHeader, certificate: ServerCertificate | undefined, seen: SeenRequest[]): Server {
  const { name, protocol = "http", tls, status = 200, authorizer, gives = {} } = app;
  if (authorizer === "grpc") return createGrpcAuthorizer(name, status, gives, seen);
  const secured = { ...certificate, ...(certificate?.ca === undefined ? {} : { requestCert: true }) };
  if (protocol === "tcp")
    return (tls === undefined ? createTcpServer : createRawTlsServer.bind(undefined, secured))((socket: Socket) =>
      sayName(app, socket),
    );
  const answer = answerAs(app, seen);
  if (protocol === "h2") return createHttp2Server(answer) as unknown as Server;
  return tls === undefined ? createServer(answer) : createTlsServer(secured, answer);
}

function sayName({ name, asksProxyHeader }: AppHeader, socket: Socket): void {
  socket.on("error", () => undefined);
  socket.once("data", (bytes) => {
    const isMeant = asksProxyHeader !== true || /^PROXY TCP4 127\.0\.0\.1 /.test(bytes.toString());
    socket.write(isMeant ? `${name}\n` : "no PROXY header\n");
  });
}

function readRequest(app: string, request: IncomingMessage | Http2ServerRequest): SeenRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [
      key === ":authority" ? "host" : key,
      Array.isArray(value) ? value.join() : (value ?? ""),
    ]),
  );
  return { app, method: request.method ?? "", path: request.url ?? "", headers };
}

function answerAs(
  { name, status = 200, fails, resets = 0, hangs, authorizer, gives = {}, answers = {}, protocol, trailers }: AppHeader,
  seen: SeenRequest[],
): (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => void {
  const tries = new Map<string, number>();
  return (request, response) => {
    const one = readRequest(name, request);
    seen.push(one);
    const id = one.headers["x-request-id"] ?? "";
    const tried = (tries.get(id) ?? 0) + 1;
    tries.set(id, tried);
    const end = (code: number, headers: Readonly<Record<string, string>>, text: string): void => {
      (response as ServerResponse).writeHead(code, headers);
      if (protocol === "h2") (response as Http2ServerResponse).addTrailers({ "grpc-status": "0", ...trailers });
      (response as ServerResponse).end(text);
    };
    request.resume().on("end", () => {
      if (hangs === true) return;
      if (tried <= resets) return request.socket.destroy();
      if (authorizer === undefined)
        end(fails !== undefined && tried > fails ? 200 : status, answers, JSON.stringify(one));
      else if (isAllowed(status, one.headers)) end(200, { "x-role": "admin", "x-judged": "yes", ...gives }, "");
      else end(status === 200 ? 403 : status, { "x-reason": "stranger", "x-other": "1" }, "no");
    });
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
