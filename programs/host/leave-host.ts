import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { PharosError } from "#core/errors.ts";
import { removeMarked } from "#mesh-agent/capture/capture-mark.ts";
import { removeCapture } from "#mesh-agent/capture/firewall.ts";
import { claimDirectory } from "#mesh-agent/claim-directory.ts";
import { adoptEnvoy, endEnvoy } from "#mesh-agent/envoy/envoy-process.ts";
import { readPidFile } from "#mesh-agent/envoy/pid-file.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";
import { openPaths } from "#mesh-agent/paths.ts";
import { isSystemdRunning, systemctl } from "#programs/host/systemctl.ts";
import { AGENT_DIR, settingsFileOf, UNIT } from "#programs/host/systemd-unit.ts";

const END_GRACE_MS = 5000;

/**
 * Undoes `joinHost`: the unit is stopped, which drains, and goes; so do rules of capture that a killed agent left, and the agent's
 * directory: the unit's, unless there is none. Tells what there was. Throws "conflict" where an agent runs that is not the unit's, and
 * "invalid" for a directory that is no agent's, or not that of the unit's.
 */
export async function leaveHost(givenDir: string | undefined, unitDir: string): Promise<readonly string[]> {
  const unit = join(resolve(unitDir), UNIT);
  const dir = agentDir(givenDir, unit);
  const removed: string[] = [];
  const isThere = existsSync(dir);
  if (isThere && !isOfJoin(dir))
    throw new PharosError("invalid", `${dir} is not a directory that \`pharos join\` made`, {
      hint: "name it with --dir",
    });
  const isUnit = existsSync(unit);
  if (isUnit && isSystemdRunning()) await systemctl("disable", "--now", UNIT);
  if (isThere) await refuseRunning(dir);
  if (isUnit) {
    rmSync(unit);
    if (isSystemdRunning()) await systemctl("daemon-reload");
    removed.push(unit);
  }
  if (isThere) {
    // What is marked has to go; the rest as far as it can be found.
    const { captureMark, pid } = openPaths(dir);
    const marked = await removeMarked(captureMark);
    removed.push(...[...marked, ...(await removeCapture())].map((name) => `rules of ${name}`));
    await endEnvoyOf(pid);
    rmSync(dir, { recursive: true });
    removed.push(dir);
  }
  return removed;
}

function agentDir(given: string | undefined, unit: string): string {
  const settings = existsSync(unit) ? settingsFileOf(readFileSync(unit, "utf8")) : undefined;
  if (settings === undefined) return resolve(given ?? AGENT_DIR);
  const dir = dirname(settings);
  if (given === undefined || resolve(given) === dir) return dir;
  throw new PharosError("invalid", `${resolve(given)} is not the directory of ${unit}`, {
    hint: `that is ${dir}; it needs no --dir`,
  });
}

/** Its settings have the token beside them: somebody's own agent.yaml, and what is with it, is left alone. */
function isOfJoin(dir: string): boolean {
  try {
    const settings: unknown = parse(readFileSync(join(dir, "agent.yaml"), "utf8"));
    return (settings as { readonly tokenFile?: unknown } | null)?.tokenFile === join(dir, "token");
  } catch {
    return false;
  }
}

async function refuseRunning(dir: string): Promise<void> {
  const release = await claimDirectory(dir, openPaths(dir).claimSocket);
  await release();
}

/** One that a killed agent left serves nobody any more. */
async function endEnvoyOf(pidFile: string): Promise<void> {
  const record = readPidFile(pidFile);
  if (record === undefined || processStart(record.pid) !== record.start) return;
  await endEnvoy(adoptEnvoy(record.pid, record.start), END_GRACE_MS);
}
