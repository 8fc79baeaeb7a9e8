import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import type { Cleanup } from "#testing/test-agent.ts";

export interface EchoApp {
  readonly port: number;
  /** What reached it, in order. */
  readonly seen: readonly Seen[];
  /** Answers all that it holds. */
  release(): void;
  /** Takes no more connections, and ends those that it has. */
  stop(): void;
}

export interface Seen {
  /** Name of the app. */
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Over TLS: the name that the client asked for, and the names in its certificate. */
  readonly tls?: { readonly sni: string | false; readonly client: string | undefined };
}

/**
 * An application that answers with what it saw, as JSON; `/status/503` with that status, as often as it is asked; `/hold` when
 * `release` is called; with the headers of `x-answer`, a JSON object. Of an upgraded connection it sends back what comes.
 */
export async function startEcho(cleanup: Cleanup, name: string, tls?: ServerOptions): Promise<EchoApp> {
  const seen: Seen[] = [];
  const held: (() => void)[] = [];
  const answer: RequestListener = (incoming, response) => {
    const { method = "", url = "", headers, socket } = incoming;
    const all = {
      at: name,
      method,
      url,
      headers,
      ...(tls === undefined ? {} : { tls: tellTls(socket as TLSSocket) }),
    };
    seen.push(all);
    // An upload is taken before it is answered.
    incoming.resume().on("end", () => reply(response, all));
  };
  const reply = (response: ServerResponse, all: Seen): void => {
    const status = /^\/status\/(\d+)/.exec(all.url)?.[1];
    response.statusCode = status === undefined ? 200 : Number(status);
    response.setHeader("x-app", name);
    const more = JSON.parse(String(all.headers["x-answer"] ?? "{}")) as Record<string, string>;
    for (const [header, value] of Object.entries(more)) response.setHeader(header, value);
    if (all.url.startsWith("/hold")) held.push(() => response.end(JSON.stringify(all)));
    else response.end(JSON.stringify(all));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n");
    socket.on("error", () => undefined).pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  cleanup.add(stop);
  const address = server.address();
  const release = (): void => {
    for (const answerNow of held.splice(0)) answerNow();
  };
  return { port: typeof address === "object" && address !== null ? address.port : 0, seen, release, stop };
}

function tellTls(socket: TLSSocket): NonNullable<Seen["tls"]> {
  return {
    sni: (socket as { servername?: string | false }).servername ?? false,
    client: socket.getPeerCertificate().subjectaltname,
  };
}
