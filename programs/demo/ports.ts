import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import { freePort, isFree } from "#node/free-port.ts";

/** A port that must be this one: a taken one is an error that names the flag. */
export async function requireFree(port: number, flag: string, what: string): Promise<void> {
  if (await isFree(port)) return;
  throw new PharosError("unavailable", `port ${port} of 127.0.0.1, wanted for ${what}, is taken`, {
    hint: `end what listens there (\`pharos demo --stop\` if it is an earlier demo), or choose another with ${flag}`,
  });
}

/** A usual port that nobody insists on: where it is taken, a free one. */
export async function preferPort(port: number): Promise<number> {
  return (await isFree(port)) ? port : freePort();
}

/** Ports by name, kept in `file` so that a second run uses the same ones; those taken meanwhile are chosen anew. */
export async function choosePorts(names: readonly string[], file: string): Promise<Readonly<Record<string, number>>> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>) : {};
  const chosen: Record<string, number> = {};
  for (const name of names) {
    const port = known[name];
    if (port !== undefined && (await isFree(port))) chosen[name] = port;
  }
  for (const name of names) chosen[name] ??= await freePort();
  writeFileSync(file, JSON.stringify(chosen, null, 2));
  return chosen;
}
