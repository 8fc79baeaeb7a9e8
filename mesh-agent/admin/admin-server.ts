import type { Server, ServerResponse } from "node:http";
import { PharosError } from "#core/errors.ts";
import { LimitBook } from "#core/limits/limit-book.ts";
import { createHttpService, pathOf } from "#node/http-service.ts";
import type { Logger } from "#node/log.ts";
import { PROMETHEUS_CONTENT_TYPE } from "#node/prometheus-text.ts";

export interface AdminPages {
  /** Why traffic cannot be taken; empty when it can. */
  readonly unreadiness: () => readonly string[];
  /** What an operator should look at, and that keeps no traffic away. */
  readonly notes: () => readonly string[];
  readonly metrics: () => Promise<string>;
}

/** Probes and scrapers; each asks seldom. */
const CONNECTIONS = { perParty: 100, inSum: 200 } as const;

/** `/healthz`: the agent runs, and what to look at. `/readyz`: its proxy serves with a valid certificate. `/metrics`: the agent's and Envoy's. */
export class AdminServer {
  readonly #server: Server;
  readonly #pages: AdminPages;

  constructor(pages: AdminPages, log: Logger) {
    this.#pages = pages;
    const limits = new LimitBook({
      now: Date.now,
      tell: (refused) => log.warn("a limit of the health port refused something", { ...refused }),
    });
    this.#server = createHttpService({
      connections: CONNECTIONS,
      onLimit: (limit, party) => limits.add({ limit, party, count: 1 }),
      onError: (error, path) => log.error("a page failed", { path, error: error.toString() }),
      handle: async (request, response) => {
        if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "only GET\n");
        else await this.#serve(pathOf(request), response);
      },
    });
  }

  /** Resolves with the port. Throws "unavailable" when it is taken. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const why = error.code === "EADDRINUSE" ? "it is taken" : error.message;
        reject(
          new PharosError("unavailable", `cannot listen on ${host}:${port} for health and metrics: ${why}`, {
            hint: "choose another with --admin-port",
            cause: error,
          }),
        );
      });
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case "/healthz":
        answer(response, 200, ["ok", ...this.#pages.notes()].map((line) => `${line}\n`).join(""));
        break;
      case "/readyz": {
        const reasons = this.#pages.unreadiness();
        answer(
          response,
          reasons.length === 0 ? 200 : 503,
          reasons.length === 0 ? "ready\n" : `${reasons.join("\n")}\n`,
        );
        break;
      }
      case "/metrics":
        try {
          answer(response, 200, await this.#pages.metrics(), PROMETHEUS_CONTENT_TYPE);
        } catch (error) {
          answer(response, 500, `${PharosError.from(error).toString()}\n`);
        }
        break;
      default:
        answer(response, 404, "/healthz /readyz /metrics\n");
    }
  }
}

function answer(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}
