import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Socket as Connection, createServer, type Server } from "node:net";
import type { DecodedPacket } from "dns-packet";
import { PharosError } from "#core/errors.ts";
import { answerQuery, failQuery, readQuery } from "#mesh-agent/dns/answer-query.ts";
import { askByConnection, askByDatagram, type Resolver } from "#mesh-agent/dns/ask-upstream.ts";
import { FrameReader, frame } from "#mesh-agent/dns/frames.ts";
import type { Logger } from "#node/log.ts";

const CONNECTION_IDLE_MS = 10_000;
const CONNECTIONS_MAX = 200;
/** Queries that wait for a resolver at a time; more are refused. */
const WAITING_MAX = 2000;

export interface DnsServerOptions {
  /** 127.0.0.1 without it. */
  readonly host?: "127.0.0.1" | "::1";
  readonly find: (name: string) => readonly string[] | undefined;
  /** Asked in turn for names that the mesh does not know. */
  readonly resolvers: () => readonly Resolver[];
  readonly log: Logger;
  /** How long each of them may take. */
  readonly timeoutMs?: number;
}

/** Answers DNS for names of the mesh, by datagram and by connection, and passes all other queries on as they are. */
export class DnsServer {
  readonly #options: DnsServerOptions;
  readonly #host: "127.0.0.1" | "::1";
  readonly #datagrams: Socket;
  readonly #connections: Server;
  readonly #open = new Set<Connection>();
  #isClosed = false;
  #waiting = 0;

  constructor(options: DnsServerOptions) {
    this.#options = options;
    this.#host = options.host ?? "127.0.0.1";
    this.#datagrams = createSocket(this.#host === "::1" ? "udp6" : "udp4");
    this.#connections = createServer((connection) => this.#serve(connection));
    this.#connections.maxConnections = CONNECTIONS_MAX;
    this.#datagrams.on("message", (message, from) => {
      void this.#answer(message, true).then((answer) => {
        if (answer !== undefined && !this.#isClosed)
          this.#datagrams.send(answer, from.port, from.address, () => undefined);
      });
    });
  }

  /** On loopback; port 0: one that the system chooses. Throws "unavailable" where it is taken. Resolves with the port. */
  async listen(port: number): Promise<number> {
    try {
      this.#connections.listen(port, this.#host);
      await once(this.#connections, "listening");
      const address = this.#connections.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      this.#datagrams.bind(bound, this.#host);
      await once(this.#datagrams, "listening");
      for (const each of [this.#connections, this.#datagrams])
        each.on("error", (error: Error) => this.#options.log.error("dns", { error: error.message }));
      return bound;
    } catch (cause) {
      throw new PharosError(
        "unavailable",
        `cannot answer DNS at ${this.#host} port ${port}: ${(cause as Error).message}`,
        {
          hint: "end what listens there, or set capture.dns: false",
          cause,
        },
      );
    }
  }

  /** At once: who waits for an answer asks the next resolver. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#datagrams.close();
    this.#connections.close();
    for (const each of this.#open) each.destroy();
    await once(this.#connections, "close");
  }

  #serve(connection: Connection): void {
    const reader = new FrameReader();
    this.#open.add(connection);
    connection.on("close", () => this.#open.delete(connection));
    connection.setTimeout(CONNECTION_IDLE_MS, () => connection.destroy());
    connection.on("error", () => undefined);
    connection.on("data", (chunk: Buffer) => {
      for (const message of reader.read(chunk))
        void this.#answer(message, false).then((answer) => {
          if (answer === undefined) connection.destroy();
          else if (!connection.destroyed) connection.write(frame(answer));
        });
    });
  }

  /** Undefined where there is nothing to say: it was no query. */
  async #answer(message: Uint8Array, isDatagram: boolean): Promise<Uint8Array | undefined> {
    const query = readQuery(message);
    if (query === undefined) return undefined;
    return answerQuery(query, this.#options.find, isDatagram) ?? this.#passOn(query, message, isDatagram);
  }

  async #passOn(query: DecodedPacket, message: Uint8Array, isDatagram: boolean): Promise<Uint8Array> {
    const { resolvers, timeoutMs = 3000 } = this.#options;
    const ask = isDatagram ? askByDatagram : askByConnection;
    if (this.#waiting < WAITING_MAX) {
      this.#waiting += 1;
      try {
        for (const resolver of resolvers()) {
          if (this.#isClosed) break;
          const answer = await ask(resolver, message, timeoutMs).catch(() => undefined);
          if (answer !== undefined) return answer;
        }
      } finally {
        this.#waiting -= 1;
      }
    }
    return failQuery(query);
  }
}
