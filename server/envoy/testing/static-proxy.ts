import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { IssuedCertificate } from "#grpc/testing/certificates.ts";

type Json = Record<string, unknown>;

export interface StaticProxyOptions {
  /** The binary. */
  readonly envoy: string;
  /** Its own; made here. */
  readonly dir: string;
  /** As `staticBootstrap` makes it. */
  readonly bootstrap: Json;
  /** The workload's, in the place of what an agent would serve. */
  readonly certificate: IssuedCertificate;
  readonly roots: string;
}

/** A real Envoy with everything written into its bootstrap, secrets too. */
export class StaticProxy {
  readonly #child: ChildProcess;
  readonly #dir: string;

  constructor({ envoy, dir, bootstrap, certificate, roots }: StaticProxyOptions) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
    const files = { "cert.pem": certificate.cert, "key.pem": certificate.key, "roots.pem": roots };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const whole = {
      ...(withSecrets(bootstrap, dir) as Json),
      admin: { address: { pipe: { path: join(dir, "admin.sock") } } },
    };
    writeFileSync(join(dir, "envoy.json"), JSON.stringify(whole));
    this.#child = spawn(
      envoy,
      ["-c", "envoy.json", "--concurrency", "1", "--use-dynamic-base-id", "--log-path", "envoy.log", "-l", "warn"],
      { stdio: "ignore", cwd: dir },
    );
  }

  get log(): string {
    return readFileSync(join(this.#dir, "envoy.log"), "utf8");
  }

  /** Whether its listeners take connections; throws when it did not come up. */
  isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`envoy exited: ${this.log}`);
    return new Promise((done) => {
      request({ socketPath: join(this.#dir, "admin.sock"), path: "/ready" }, (response) => {
        response.resume().on("end", () => done(response.statusCode === 200));
      })
        .on("error", () => done(false))
        .end();
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** Puts files in the place of secrets that come over SDS. */
export function withSecrets(value: unknown, dir: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, dir));
  if (typeof value !== "object" || value === null) return value;
  const { tlsCertificateSdsSecretConfigs, combinedValidationContext, ...rest } = value as Json;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withSecrets(each, dir)]));
  const file = (name: string): Json => ({ filename: join(dir, name) });
  return {
    ...kept,
    ...(tlsCertificateSdsSecretConfigs === undefined
      ? {}
      : { tlsCertificates: [{ certificateChain: file("cert.pem"), privateKey: file("key.pem") }] }),
    ...(combinedValidationContext === undefined
      ? {}
      : {
          validationContext: {
            ...((combinedValidationContext as Json).defaultValidationContext as Json | undefined),
            trustedCa: file("roots.pem"),
          },
        }),
  };
}
