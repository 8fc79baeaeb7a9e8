import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { PharosError } from "#core/errors.ts";
import { removeCapture } from "#mesh-agent/capture/firewall.ts";
import { claimDirectory } from "#mesh-agent/claim-directory.ts";
import { adoptEnvoy, endEnvoy } from "#mesh-agent/envoy/envoy-process.ts";
import { readPidFile } from "#mesh-agent/envoy/pid-file.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";
import { openPaths } from "#mesh-agent/paths.ts";
import { isSystemdRunning, systemctl } from "#programs/host/systemctl.ts";
import { UNIT } from "#programs/host/systemd-unit.ts";

const END_GRACE_MS = 5000;

/**
 * Undoes `joinHost`: the unit is stopped, which drains, and goes; so do rules of capture that a killed agent left, and the agent's
 * directory. Tells what there was. Throws "conflict" where an agent runs that is not the unit's, and "invalid" for a directory that
 * is no agent's.
 */
export async function leaveHost(givenDir: string, unitDir: string): Promise<readonly string[]> {
  const dir = resolve(givenDir);
  const unit = join(resolve(unitDir), UNIT);
  const removed: string[] = [];
  const isThere = existsSync(dir);
  if (isThere && !existsSync(join(dir, "agent.yaml")))
    throw new PharosError("invalid", `${dir} is not a directory that \`pharos join\` made`, {
      hint: "name it with --dir",
    });
  if (existsSync(unit)) {
    if (isSystemdRunning()) await systemctl("disable", "--now", UNIT);
    await refuseRunning(dir, isThere);
    rmSync(unit);
    if (isSystemdRunning()) await systemctl("daemon-reload");
    removed.push(unit);
  } else await refuseRunning(dir, isThere);
  if (isThere) {
    removed.push(...(await removeCapture()).map((name) => `rules of ${name}`));
    await endEnvoyOf(dir);
    rmSync(dir, { recursive: true });
    removed.push(dir);
  }
  return removed;
}

async function refuseRunning(dir: string, isThere: boolean): Promise<void> {
  if (!isThere) return;
  const release = await claimDirectory(dir, openPaths(dir).claimSocket);
  await release();
}

/** One that a killed agent left serves nobody any more. */
async function endEnvoyOf(dir: string): Promise<void> {
  const record = readPidFile(join(dir, "envoy.pid"));
  if (record === undefined || processStart(record.pid) !== record.start) return;
  await endEnvoy(adoptEnvoy(record.pid, record.start), END_GRACE_MS);
}
