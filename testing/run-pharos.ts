import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

export const MAIN = resolve(import.meta.dirname, "../programs/pharos.ts");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `pharos ARGS` as a process of its own, against the server of the data directory `dir`; `enter` is put before the command: where it runs. */
export async function runPharos(
  dir: string,
  args: readonly string[],
  input: string | Buffer = "",
  enter: readonly string[] = [],
): Promise<Run> {
  const [command = "", ...rest] = [...enter, process.execPath, MAIN, ...args];
  const child = spawn(command, rest, { env: { ...process.env, PHAROS_DIR: dir } });
  child.stdin.end(input);
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
