import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { missingModules } from "#testing/oracle/missing-modules.ts";

const SOURCE = join(import.meta.dirname, "istio");
const KEPT = join(import.meta.dirname, "../../.cache/oracle");
/** A cold build fetches Istio and what it needs, some hundred modules. */
const BUILD_MS_MAX = 20 * 60_000;
const run = promisify(execFile);

export type Provided = { readonly path: string } | { readonly missing: string };

/**
 * The program that asks Istio, built once for its source and go.sum; or why there is none, and what would help: no Go, or no
 * modules. Throws where Go refuses the source: that is a fault of the tests, and no reason to skip them.
 */
export async function provideIstio(): Promise<Provided> {
  const path = join(KEPT, `istio-${fingerprint()}`);
  if (existsSync(path)) return { path };
  const go = process.env.PHAROS_GO ?? "go";
  try {
    await run(go, ["version"]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { missing: `no Go to build it with: \`${go} version\` fails (install Go, or name it with PHAROS_GO)` };
  }
  const partial = `${path}.${process.pid}`;
  mkdirSync(KEPT, { recursive: true });
  try {
    await run(go, ["build", "-o", partial, "."], {
      cwd: SOURCE,
      env: { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" },
      timeout: BUILD_MS_MAX,
      maxBuffer: 1 << 24,
    });
  } catch (error) {
    rmSync(partial, { force: true });
    const said = String((error as { stderr?: string }).stderr ?? error);
    const missing = missingModules(said);
    if (missing === undefined) throw new Error(`\`go build\` fails:\n${said.slice(-2000)}`, { cause: error });
    return { missing };
  }
  for (const old of readdirSync(KEPT)) if (/^istio-[0-9a-f]+$/.test(old)) rmSync(join(KEPT, old));
  renameSync(partial, path);
  return { path };
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCE).sort()) hash.update(name).update(readFileSync(join(SOURCE, name)));
  return hash.digest("hex").slice(0, 16);
}
