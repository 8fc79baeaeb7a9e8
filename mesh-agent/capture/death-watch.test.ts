import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, test } from "vitest";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

/** A process that has a watch, and says its pid. */
function startWatched(command: string): ChildProcess {
  const file = resolve(import.meta.dirname, "death-watch.ts");
  const script = `
    const { DeathWatch } = await import(${JSON.stringify(file)});
    console.log(new DeathWatch(${JSON.stringify(command)}).pid);
    setInterval(() => {}, 60_000);`;
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  cleanup.add(() => child.kill("SIGKILL"));
  return child;
}

/** That the shell has set its traps: it runs what it waits by. */
function childrenOf(pid: number): string {
  return spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout;
}

test("it does its work also where it is told to end together with whom it watches", async () => {
  const proof = join(temporaryDir(cleanup), "proof");
  const child = startWatched(`: > ${proof}`);
  let said = "";
  child.stdout?.on("data", (part: Buffer) => (said += part.toString()));
  const pid = await eventually("the watch is there", () => (said.includes("\n") ? Number(said) : undefined));
  await eventually("the watch waits", () => childrenOf(pid) || undefined);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(-pid, signal);
  child.kill("SIGKILL");
  await eventually("the watch did its work", () => existsSync(proof) || undefined);
});
