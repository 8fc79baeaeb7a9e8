import { Agent, request } from "node:http";

/** Requests without pause from `workers` clients with kept connections, until `stop`. */
export class Load {
  ok = 0;
  readonly failures: string[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #workers: Promise<void>[];
  readonly #target: { readonly path?: string; readonly headers?: Record<string, string> };
  #isStopped = false;

  /** `host`: asks for it through the forward proxy at `port`. */
  constructor(port: number, workers = 4, pauseMs = 2, host?: string) {
    this.#target = host === undefined ? {} : { path: `http://${host}/`, headers: { host } };
    this.#workers = Array.from({ length: workers }, async () => {
      while (!this.#isStopped) {
        await this.#once(port);
        await new Promise((done) => setTimeout(done, pauseMs));
      }
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#workers);
    this.#agent.destroy();
  }

  #once(port: number): Promise<void> {
    return new Promise((done) => {
      const fail = (why: string): void => {
        this.failures.push(why);
        done();
      };
      const call = request(
        { port, host: "127.0.0.1", agent: this.#agent, timeout: 20_000, ...this.#target },
        (answer) => {
          answer.resume();
          answer.on("error", (error) => fail(error.message));
          answer.on("end", () => {
            if (answer.statusCode !== 200) fail(`status ${answer.statusCode}`);
            else {
              this.ok += 1;
              done();
            }
          });
        },
      );
      // A kept connection that the other end closed at the same moment is every client's to retry.
      call.on("error", (error: NodeJS.ErrnoException) =>
        call.reusedSocket && error.code === "ECONNRESET" ? done() : fail(error.message),
      );
      call.on("timeout", () => call.destroy(new Error("timed out")));
      call.end();
    });
  }
}
