import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { belongsTo, envoyPids, isAlive, readState } from "#cli/demo/state.ts";

async function waitForEnd(pids: readonly number[], timeoutMs: number): Promise<readonly number[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const alive = pids.filter(isAlive);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await delay(50);
  }
}

/** Ends the demo of `dir`: asks its supervisor, and ends by id what a killed supervisor left behind. */
export async function stopDemo(dir: string): Promise<string> {
  const state = readState(dir);
  if (state === undefined) return `no demo runs in ${dir}`;
  const { supervisor } = state.pids;
  if (supervisor !== undefined && isAlive(supervisor)) {
    process.kill(supervisor, "SIGTERM");
    await waitForEnd([supervisor], 60_000);
  }
  const left = Object.values({ ...state.pids, ...envoyPids(dir) }).filter((pid) => belongsTo(pid, dir));
  for (const pid of left) process.kill(pid, "SIGTERM");
  const stubborn = await waitForEnd(left, 10_000);
  for (const pid of stubborn) process.kill(pid, "SIGKILL");
  await waitForEnd(stubborn, 5000);
  rmSync(join(dir, "demo.json"), { force: true });
  return `stopped the demo of ${dir}`;
}
