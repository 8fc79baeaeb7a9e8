import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { missingModules } from "#testing/oracle/missing-modules.ts";

const SOURCE = join(import.meta.dirname, "ratelimit");
const KEPT = join(import.meta.dirname, "../../.cache/ratelimit");
const PACKAGE = "github.com/envoyproxy/ratelimit/src/service_cmd";
const run = promisify(execFile);

/** envoyproxy/ratelimit at the version of `ratelimit/go.mod`, built once; or why it cannot be compared with. Throws where Go refuses to build it. */
export async function provideRatelimit(): Promise<
  { readonly path: string; readonly version: string } | { readonly missing: string }
> {
  try {
    await run("redis-server", ["--version"]);
  } catch {
    return { missing: "no redis-server (Debian: apt-get install redis-server)" };
  }
  const sum = readFileSync(join(SOURCE, "go.sum"));
  const version = /envoyproxy\/ratelimit (v\S+)/.exec(readFileSync(join(SOURCE, "go.mod"), "utf8"))?.[1] ?? "";
  const path = join(KEPT, `ratelimit-${createHash("sha256").update(sum).digest("hex").slice(0, 16)}`);
  if (existsSync(path)) return { path, version };
  const go = process.env.PHAROS_GO ?? "go";
  const partial = `${path}.${process.pid}`;
  mkdirSync(KEPT, { recursive: true });
  try {
    await run(go, ["build", "-o", partial, PACKAGE], {
      cwd: SOURCE,
      env: { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" },
      maxBuffer: 1 << 24,
    });
  } catch (error) {
    rmSync(partial, { force: true });
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      return { missing: `no Go to build it with: there is no \`${go}\` (install Go, or name it with PHAROS_GO)` };
    const said = String((error as { stderr?: string }).stderr ?? error);
    const missing = missingModules(said);
    if (missing === undefined) throw new Error(`\`go build\` fails:\n${said.slice(-2000)}`, { cause: error });
    return { missing };
  }
  renameSync(partial, path);
  return { path, version };
}
