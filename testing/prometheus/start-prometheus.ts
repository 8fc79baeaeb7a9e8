import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";

export interface RunningPrometheus {
  readonly url: string;
  /** What it stores. */
  readonly data: string;
  /** What it said. */
  log(): string;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** A real Prometheus on a free port with an empty store, which takes remote writes. `config` writes its prometheus.yml. */
export async function startPrometheus(
  config: (port: number) => string = () => "",
  more: readonly string[] = [],
): Promise<RunningPrometheus> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-prometheus-"));
  const port = await freePort();
  writeFileSync(join(dir, "prometheus.yml"), config(port));
  const url = `http://127.0.0.1:${port}`;
  const data = join(dir, "data");
  const args = [
    `--config.file=${join(dir, "prometheus.yml")}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--web.enable-remote-write-receiver",
    "--enable-feature=promql-at-modifier,promql-negative-offset",
    "--log.level=warn",
    ...more,
  ];
  const child: ChildProcess = spawn("prometheus", args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", (error) => {
      text += `${error.message} (Debian's package prometheus has it)`;
      done();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_MS;
  for (;;) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { url, data, log: () => text, stop };
    if (child.pid === undefined || child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`prometheus did not start: ${text}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
