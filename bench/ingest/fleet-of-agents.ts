import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Told } from "./agent-fleet.ts";
import type { MeshSize } from "./mesh-of-agents.ts";

/** Agents in a process of their own. */
export interface FleetOfAgents {
  start(): Promise<Told>;
  /** What was acknowledged so far; times of answers since they were asked for last. */
  figures(): Promise<Told>;
  /** All tell of what they saw until now, and of nothing after. */
  end(): Promise<Told>;
  stop(): void;
}

/** Resolves when all have joined, are registered and hold their connection. `tokens`: a file with one for each service. */
export async function startFleetOfAgents(address: string, tokens: string, size: MeshSize): Promise<FleetOfAgents> {
  const flags = { address, tokens, ...size };
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "agent-fleet.ts"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(() =>
    Promise.reject(new Error("the process of the agents ended; what it said is above")),
  );
  // Nobody may be waiting for a line when it ends.
  ended.catch(() => undefined);
  const ask = async (what: string): Promise<Told> => {
    const answer = Promise.race([once(lines, "line"), ended]);
    if (what !== "") child.stdin.write(`${JSON.stringify({ do: what })}\n`);
    return JSON.parse(((await answer) as [string])[0]) as Told;
  };
  await ask("");
  return {
    start: () => ask("start"),
    figures: () => ask("figures"),
    end: () => ask("end"),
    stop: () => void child.kill("SIGKILL"),
  };
}
