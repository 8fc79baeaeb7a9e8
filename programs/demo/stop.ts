import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findLeftovers, findSupervisor, isAlive } from "#programs/demo/state.ts";

async function waitForEnd(pids: readonly number[], timeoutMs: number): Promise<readonly number[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const alive = pids.filter(isAlive);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await delay(50);
  }
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
}

/** Ends by id what a supervisor that was killed left behind; answers how many processes that were. */
export async function endLeftovers(dir: string, spared: readonly number[] = []): Promise<number> {
  const left = findLeftovers(dir).filter((pid) => !spared.includes(pid));
  send(left, "SIGTERM");
  const stubborn = await waitForEnd(left, 10_000);
  send(stubborn, "SIGKILL");
  await waitForEnd(stubborn, 5000);
  // An agent that was killed may have left an Envoy whose id was not in the list yet.
  return left.length === 0 ? 0 : left.length + (await endLeftovers(dir, [...spared, ...left]));
}

/** Ends the demo of `dir`: asks its supervisor, and ends what a killed one left behind. */
export async function stopDemo(dir: string): Promise<string> {
  const supervisor = findSupervisor(dir);
  if (supervisor !== undefined) {
    send([supervisor], "SIGTERM");
    await waitForEnd([supervisor], 60_000);
  }
  const left = await endLeftovers(dir);
  const list = join(dir, "demo.json");
  if (existsSync(list)) rmSync(list);
  return supervisor === undefined && left === 0 ? `no demo runs in ${dir}` : `stopped the demo of ${dir}`;
}
