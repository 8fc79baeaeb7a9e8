import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { PharosError } from "#core/errors.ts";

/** Whether a TCP port of 127.0.0.1 can be bound now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** A port that must be this one: a taken one is an error that names the flag. */
export async function requireFree(port: number, flag: string, what: string): Promise<void> {
  if (await isFree(port)) return;
  throw new PharosError("unavailable", `port ${port} of 127.0.0.1, wanted for ${what}, is taken`, {
    hint: `end what listens there (\`pharos demo --stop\` if it is an earlier demo), or choose another with ${flag}`,
  });
}

/** A usual port that nobody insists on: where it is taken, a free one. */
export async function preferPort(port: number): Promise<number> {
  return (await isFree(port)) ? port : ((await freePorts(1))[0] ?? port);
}

/**
 * Below the ports that hosts give to connections that go out: one of these would take a port between its choice and its
 * use, and whoever was to listen there could not.
 */
const FIRST = 10_000;
const LAST = 32_767;
const handedOut = new Set<number>();

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(FIRST, LAST + 1);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Ports by name, kept in `file` so that a second run uses the same ones; those taken meanwhile are chosen anew. */
export async function choosePorts(names: readonly string[], file: string): Promise<Readonly<Record<string, number>>> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>) : {};
  const chosen: Record<string, number> = {};
  for (const name of names) {
    const port = known[name];
    if (port !== undefined && (await isFree(port))) chosen[name] = port;
  }
  const missing = names.filter((name) => chosen[name] === undefined);
  const fresh = await freePorts(missing.length);
  missing.forEach((name, index) => {
    chosen[name] = fresh[index] ?? 0;
  });
  writeFileSync(file, JSON.stringify(chosen, null, 2));
  return chosen;
}
