import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { AdmittedRequest } from "#core/rate-limit/testing/most-in-window.ts";

const SENT = "x-sent-ms";

/** An application behind every proxy, in the process of the load: by one clock it knows when what it sees was sent. */
export class CountingApp {
  readonly admitted: AdmittedRequest[] = [];
  readonly #server = createServer((incoming, response) => {
    this.admitted.push({ sentMs: Number(incoming.headers[SENT]), seenMs: performance.now() });
    if (incoming.method === "GET") response.end("ok");
    else incoming.resume().once("end", () => response.end("ok"));
  });

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Requests without end at one proxy, over connections that are kept; each waits for its answer and then for `pauseMs`. */
export class SkewedLoad {
  readonly statuses = new Map<number, number>();
  /** Connections that ended, with what was asked over them. */
  failures = 0;
  #isStopped = false;
  readonly #workers: Promise<void>[];

  constructor(
    port: number,
    workers: number,
    pauseMs: number,
    headers: Readonly<Record<string, string>> = {},
    path = "/",
  ) {
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#workers = Array.from({ length: workers }, async () => {
      while (!this.#isStopped) {
        await this.#connection(port, `GET ${path} HTTP/1.1\r\n`, head.join(""), pauseMs);
        await pause(pauseMs + 5);
      }
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#workers);
  }

  #connection(port: number, first: string, head: string, pauseMs: number): Promise<void> {
    return new Promise((done) => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true);
      let buffered = "";
      const next = (): void => {
        if (this.#isStopped) socket.end();
        else socket.write(`${first}host: api:9080\r\n${SENT}: ${performance.now()}\r\n${head}\r\n`);
      };
      socket.on("connect", next);
      socket.on("data", (data) => {
        buffered += data.toString("latin1");
        const end = buffered.indexOf("\r\n\r\n");
        if (end < 0) return;
        const length = Number(/^content-length: (\d+)/im.exec(buffered)?.[1] ?? "0");
        if (buffered.length < end + 4 + length) return;
        const status = Number(buffered.slice(9, 12));
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
        buffered = buffered.slice(end + 4 + length);
        void pause(pauseMs).then(next);
      });
      socket.on("error", () => {
        this.failures += 1;
      });
      socket.on("close", () => done());
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
