import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import { startProgram } from "#testing/start-program.ts";

const PROGRAM = "prometheus-alertmanager";

/** Whether Debian's package of that name is there. */
export const hasAlertmanager = (): boolean => spawnSync(PROGRAM, ["--version"], { stdio: "ignore" }).status === 0;

export interface RunningAlertmanager {
  readonly url: string;
  stop(): Promise<void>;
}

/** A real Alertmanager on a free port, which tells nobody. */
export async function startAlertmanager(): Promise<RunningAlertmanager> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-alertmanager-"));
  writeFileSync(join(dir, "alertmanager.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startProgram(
    PROGRAM,
    [
      `--config.file=${join(dir, "alertmanager.yml")}`,
      `--storage.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    `${url}/-/ready`,
    { install: `Debian's package ${PROGRAM} has it`, onStop: () => rmSync(dir, { recursive: true, force: true }) },
  );
  return { url, stop };
}
