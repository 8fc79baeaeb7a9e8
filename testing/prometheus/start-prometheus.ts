import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import { type RunningProgram, startProgram } from "#testing/start-program.ts";

export interface RunningPrometheus extends RunningProgram {
  readonly url: string;
  /** What it stores. */
  readonly data: string;
}

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
  const running = await startProgram("prometheus", args, `${url}/-/ready`, {
    install: "Debian's package prometheus has it",
    onStop: () => rmSync(dir, { recursive: true, force: true }),
  });
  return { url, data, ...running };
}
