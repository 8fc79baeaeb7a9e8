import { request } from "node:http";
import { PharosError } from "#core/errors.ts";

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** Envoy's admin interface over its private Unix socket. Throws "unavailable" or "timeout". */
export class AdminClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  get(path: string, timeoutMs = 2000): Promise<AdminAnswer> {
    return this.#call("GET", path, timeoutMs);
  }

  post(path: string, timeoutMs = 2000): Promise<AdminAnswer> {
    return this.#call("POST", path, timeoutMs);
  }

  /** LIVE: initialised, with listeners that serve. False when nobody answers. */
  async isLive(timeoutMs = 1000): Promise<boolean> {
    try {
      return (await this.get("/ready", timeoutMs)).status === 200;
    } catch {
      return false;
    }
  }

  /** Values of the statistics whose names match `filter` (RE2). */
  async stats(filter: string): Promise<ReadonlyMap<string, number>> {
    const { body } = await this.get(`/stats?filter=${encodeURIComponent(filter)}`);
    const pairs = body.split("\n").map((line) => line.split(": ") as [string, string | undefined]);
    return new Map(
      pairs.flatMap(([name, value]) =>
        value !== undefined && /^\d+$/.test(value) ? [[name, Number(value)] as const] : [],
      ),
    );
  }

  #call(method: string, path: string, timeoutMs: number): Promise<AdminAnswer> {
    return new Promise((resolve, reject) => {
      const call = request(
        { socketPath: this.#socketPath, method, path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", fail);
          answer.on("end", () =>
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      const fail = (error: Error): void =>
        reject(
          new PharosError(
            error.name === "TimeoutError" ? "timeout" : "unavailable",
            `envoy's admin did not answer ${path}: ${error.message}`,
            { cause: error },
          ),
        );
      call.on("error", fail);
      call.end();
    });
  }
}
