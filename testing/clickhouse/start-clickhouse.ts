import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import { type RunningProgram, startProgram } from "#testing/start-program.ts";

export interface RunningClickhouse extends RunningProgram {
  readonly url: string;
}

/** Where `npm test` puts the engine: pip's chdb-core. */
const PACKAGES = join(import.meta.dirname, "../../.chdb");

/** Hundreds of tables are made and dropped, and each waits for the disk. */
const MEMORY = "/dev/shm";

export const HAS_CLICKHOUSE = existsSync(join(PACKAGES, "chdb"));

/** ClickHouse's engine behind its HTTP interface (front.py); of one that was started on `data` before, with what that stored. */
export async function startClickhouse(
  login: readonly [user: string, password: string] | [] = [],
  { data, port }: { readonly data?: string; readonly port?: number } = {},
): Promise<RunningClickhouse> {
  const dir = data ?? mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "pharos-clickhouse-"));
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const args = [join(import.meta.dirname, "front.py"), PACKAGES, String(at), dir, ...login];
  const running = await startProgram("python3", args, `${url}/ping`, {
    install: "`pip install --no-deps --target .chdb chdb-core` brings the engine, as `npm test` does",
    onStop: () => {
      if (data === undefined) rmSync(dir, { recursive: true, force: true });
    },
  });
  return { url, ...running };
}
