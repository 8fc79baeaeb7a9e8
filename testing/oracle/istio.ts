import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Json, textAt } from "#testing/oracle/json.ts";

const ANSWER_MS_MAX = 60_000;

/** What istiod has off by itself, and Pharos has. */
const SWITCHED_ON = {
  ENABLE_TLS_ON_SIDECAR_INGRESS: "true",
  ISTIO_DUAL_STACK: "true",
  PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: "true",
};

/** A part of what a proxy is given; endpoints come with clusters. */
export type Part = "listeners" | "routes" | "clusters";

/** What a proxy was given: proto3 JSON of Envoy's resources. */
export interface Built {
  readonly listeners: readonly Json[];
  readonly routes: readonly Json[];
  readonly clusters: readonly Json[];
  readonly endpoints: readonly Json[];
}

export interface OracleProxy {
  readonly key: string;
  readonly type: "sidecar" | "router";
  readonly namespace: string;
  readonly address: string;
  /** It has one of IPv6 too, and its traffic is captured by both. */
  readonly ipv6?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `region/zone/subzone` */
  readonly locality?: string;
}

interface Waiting {
  readonly done: (answer: Json) => void;
  readonly fail: (error: Error) => void;
}

const NOTHING: Built = { listeners: [], routes: [], clusters: [], endpoints: [] };

/** The running program that asks Istio. It works at several questions at once, and answers them in turn. */
export class Istio {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  #ended: Error | undefined;

  constructor(path: string) {
    this.#child = spawn(path, [], { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...SWITCHED_ON } });
    this.#child.on("error", (error) => this.#end(error));
    this.#child.on("close", (code) => this.#end(new Error(`the oracle ended with ${code}`)));
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new Error("the oracle has no standard streams");
    stdin.on("error", (error) => this.#end(error));
    createInterface({ input: stdout }).on("line", (line) => {
      // Istio's packages log to standard output while they are loaded.
      if (line.startsWith("{")) this.#waiting.shift()?.done(JSON.parse(line) as Json);
    });
  }

  async validate(
    document: string,
  ): Promise<{ readonly errors: readonly string[]; readonly warnings: readonly string[] }> {
    return (await this.#ask({ validate: document })) as { errors: string[]; warnings: string[] };
  }

  /** By the proxies' keys, without the parts that are not wanted; `mesh` is what a MeshConfig says, over Istio's defaults. */
  async build(
    documents: readonly string[],
    mesh: string,
    proxies: readonly OracleProxy[],
    parts: readonly Part[],
  ): Promise<Readonly<Record<string, Built>>> {
    const answer = await this.#ask({ build: { documents, mesh, proxies, parts } });
    const built = (answer as unknown as { proxies: Record<string, Partial<Built>> }).proxies;
    return Object.fromEntries(Object.entries(built).map(([key, each]) => [key, { ...NOTHING, ...each }]));
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(question: object): Promise<Json> {
    return new Promise((done, fail) => {
      if (this.#ended !== undefined) {
        fail(this.#ended);
        return;
      }
      const timer = setTimeout(() => this.#end(new Error("the oracle did not answer in time")), ANSWER_MS_MAX);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      this.#waiting.push({
        done: (answer) =>
          settle(() => {
            const failure = textAt(answer, "failure");
            if (failure === undefined) done(answer);
            else fail(new Error(`Istio: ${failure}`));
          }),
        fail: (error) => settle(() => fail(error)),
      });
      this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.stop();
    for (const { fail } of this.#waiting.splice(0)) fail(this.#ended);
  }
}
