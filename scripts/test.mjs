// Everything that can fail, in one run: checks, unit and integration tests, and the journeys in a browser against a
// real demo mesh. `npm test -- check|unit|e2e|failure` runs a part, `npm test -- oracle` what is compared with Istio
// itself, and `npm test -- laws [--minutes N]` searches random worlds with other seeds. The last line counts what the
// runners reported.
import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { root, setup } from "./setup.mjs";

const reports = join(root, "reports");
const bin = (name) => join(root, "node_modules/.bin", name);
/** Where random tests begin unless FUZZ_SEED says otherwise: always the same, so that a failure is of the change and not of the day (ADR 0062). */
const SEED = "20261130";
const env = {
  ...process.env,
  FUZZ_SEED: process.env.FUZZ_SEED ?? SEED,
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  NODE_COMPILE_CACHE: join(root, ".cache/node"),
  FORCE_COLOR: "0",
};

function run(command, args, extra = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: { ...env, ...extra }, stdio: "inherit" });
    child.on("error", () => done(127));
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Installs Debian's packages where that can be done. */
function installPackages(what, ...packages) {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return;
  process.stdout.write(`… ${what} (apt-get install ${packages[0]})\n`);
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
    stdio: "ignore",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** The Prometheus that PromQL and remote writes are held against. Without one, what needs it fails and says so. */
function providePrometheus() {
  if (spawnSync("prometheus", ["--version"], { stdio: "ignore" }).status !== 0)
    installPackages("Prometheus", "prometheus");
}

/** The Alertmanager that alerts are handed to; without one, its test says that it is skipped. */
function provideAlertmanager() {
  if (spawnSync("prometheus-alertmanager", ["--version"], { stdio: "ignore" }).status !== 0)
    installPackages("Alertmanager", "prometheus-alertmanager");
}

/** ClickHouse's engine (180 MB, 530 MB on the disk), which the store in ClickHouse is held against; without one, its tests are skipped. */
function provideClickhouse() {
  const target = join(root, ".chdb");
  if (existsSync(join(target, "chdb"))) return;
  process.stdout.write("… ClickHouse's engine (pip install chdb-core)\n");
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", target, "chdb-core==26.9.0"];
  spawnSync("python3", args, { stdio: "ignore" });
}

/** The browser for the journeys: PHAROS_CHROMIUM, one on PATH, Debian's package, or Playwright's own download. */
async function provideChromium() {
  const names = [process.env.PHAROS_CHROMIUM, "chromium", "chromium-browser", "google-chrome"].filter(Boolean);
  const find = () => names.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (find() === undefined) installPackages("Chromium", "chromium", "fonts-liberation");
  const found = find();
  if (found !== undefined) {
    const path = spawnSync("sh", ["-c", 'command -v "$0"', found], { encoding: "utf8" }).stdout.trim();
    return { PHAROS_CHROMIUM: path };
  }
  if ((await run(bin("playwright"), ["install", "chromium"])) === 0) return {};
  throw new Error(
    "no browser for the journeys: tried PHAROS_CHROMIUM, chromium, chromium-browser, google-chrome, apt-get and playwright install\n  next: install Chromium, or name it with PHAROS_CHROMIUM",
  );
}

let passed = 0;
let failed = 0;
const flaky = [];
const failures = [];
/** Long enough for a seed and its path, short enough for a log that is cut. */
const LONGEST_REASON = 300;

/** What failed, for the end of the log: its name, and why on one line. */
const failure = (name, reason = "") =>
  `failed: ${name}: ${stripVTControlCharacters(reason).split("\n    at ", 1)[0].replace(/\s+/g, " ").slice(0, LONGEST_REASON)}`;

async function check(name, command, args) {
  const begun = performance.now();
  const code = await run(command, args);
  if (code === 0) passed += 1;
  else {
    failed += 1;
    failures.push(failure(name));
  }
  process.stdout.write(`${code === 0 ? "✓" : "✗"} ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`);
}

/** Adds what a runner's JSON report counts; a runner that failed without a report, or failed with none failing, is one failure. */
function tally(file, code, read) {
  if (!existsSync(file)) {
    failed += 1;
    failures.push(failure(relative(root, file), "the runner ended without a report"));
    return;
  }
  const counted = read(JSON.parse(readFileSync(file, "utf8")));
  passed += counted.passed;
  failed += counted.failed;
  failures.push(...counted.failures);
  if (code !== 0 && counted.failed === 0) failed += 1;
}

/** A file whose tests cannot be collected is one failure, and so is an error that belongs to no test. */
const failuresOf = ({ numFailedTests, numErrors, testResults }) =>
  numFailedTests +
  numErrors +
  testResults.filter((each) => each.status === "failed" && each.assertionResults.length === 0).length;

/** What failed in Vitest's report, and why: tests, and files that could not be collected. */
function reasonsIn(testResults) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults
      .filter((each) => each.status === "failed")
      .map((each) => ({ name: `${file}: ${each.fullName}`, reason: each.failureMessages.join(" ") }));
    return tests.length === 0 && status === "failed" ? [{ name: file, reason: message }] : tests;
  });
}
const failuresIn = ({ testResults }) => reasonsIn(testResults).map(({ name, reason }) => failure(name, reason));

/** Files in which something failed run once more, alone: who passes then was hurt by company, and is named as flaky. */
const MOST_FILES_AGAIN = 5;

/** Whether what failed is looked at once more, with the seed that it failed with. An error that belongs to no test has no file to run. */
function isRunAgain({ numErrors, testResults }) {
  const failing = testResults.filter((each) => each.status === "failed");
  return numErrors === 0 && failing.length > 0 && failing.length <= MOST_FILES_AGAIN;
}

/** What has a status, by name: tests, and files of which no test has it. */
function namesOf(files, status) {
  return files.flatMap(({ name, status: own, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.filter((each) => each.status === status).map((each) => `${file}: ${each.fullName}`);
    return tests.length === 0 && own === status ? [file] : tests;
  });
}

async function vitest(name, args, extra = {}) {
  const runInto = async (file, more) => {
    const report = ["--reporter=default", "--reporter=./scripts/vitest-report.mjs", `--outputFile.json=${file}`];
    const code = await run(bin("vitest"), ["run", ...args, ...more, ...report], extra);
    return { code, report: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined };
  };
  const file = join(reports, `${name}.json`);
  const { code, report } = await runInto(file, []);
  if (report === undefined || !isRunAgain(report))
    return tally(file, code, (counted) => ({
      passed: counted.numPassedTests,
      failed: failuresOf(counted),
      failures: failuresIn(counted),
    }));
  const failing = report.testResults.filter((each) => each.status === "failed");
  process.stdout.write(`… ${failing.length} failed: once more, alone\n`);
  const again = join(reports, `${name}-again.json`);
  const second = await runInto(again, ["--no-file-parallelism", ...failing.map((each) => each.name)]);
  tally(again, second.code, (counted) => {
    const failed = namesOf(failing, "failed");
    const passes = new Set([
      ...namesOf(counted.testResults, "passed"),
      ...counted.testResults.filter((each) => each.status === "passed").map((each) => relative(root, each.name)),
    ]);
    const fails = new Set(namesOf(counted.testResults, "failed"));
    flaky.push(...failed.filter((each) => passes.has(each)));
    const gone = failed.filter((each) => !passes.has(each) && !fails.has(each));
    const passedBefore = failing.flatMap((each) => each.assertionResults).filter((each) => each.status === "passed");
    return {
      passed: report.numPassedTests - passedBefore.length + counted.numPassedTests,
      // What failed and was not there the second time has failed.
      failed: failuresOf(counted) + gone.length,
      failures: [...failuresIn(counted), ...gone.map((each) => failure(each, "not there the second time"))],
    };
  });
}

/** Tests of Playwright's report with a status: `flaky` is what failed and passed when it was run once more. */
function testsIn(suites, status) {
  return suites.flatMap(({ specs = [], suites: below = [] }) => [
    ...specs.flatMap(({ title, tests }) =>
      tests
        .filter((each) => each.status === status)
        .map(({ results }) => ({ title, reason: results.findLast(({ error }) => error)?.error.message })),
    ),
    ...testsIn(below, status),
  ]);
}

async function playwright(project, extra, args = []) {
  const file = join(reports, `${project}.json`);
  const code = await run(bin("playwright"), ["test", `--project=${project}`, ...args], {
    ...extra,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  tally(file, code, (report) => {
    const suites = report.suites ?? [];
    flaky.push(...testsIn(suites, "flaky").map(({ title }) => title));
    return {
      passed: report.stats.expected + report.stats.flaky,
      failed: report.stats.unexpected,
      failures: testsIn(suites, "unexpected").map(({ title, reason }) => failure(title, reason)),
    };
  });
}

/** Tests that draw what they try, themselves or by a module that does it for them. */
function listRandom() {
  const folders = ["cli", "components", "core", "grpc", "mesh-agent", "node", "server", "testing/together"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  return files.filter(
    (file) =>
      file.endsWith(".test.ts") &&
      /FUZZ_SEED|#testing\/fc\.ts|\/random-law\.ts|\/testing\/conformance\//.test(
        readFileSync(join(root, file), "utf8"),
      ),
  );
}

/** Rounds of all laws, each with a seed of its own, as long as the time goes; a round that was begun is ended. */
async function searchLaws(minutes) {
  const files = listRandom();
  const until = performance.now() + minutes * 60_000;
  let rounds = 0;
  for (; rounds === 0 || performance.now() < until; rounds += 1) {
    const drawn = String(randomInt(2 ** 31));
    process.stdout.write(`… round ${rounds + 1}: FUZZ_SEED=${drawn}, ${files.length} files\n`);
    await vitest(`laws-${rounds + 1}`, ["--silent=true", ...files], { FUZZ_SEED: drawn });
  }
}

const PARTS = ["check", "unit", "e2e", "failure", "oracle", "laws", "pictures"];

/** The parts that are asked for, and how long laws are searched for; whoever asks for what is not there is told what is. */
function readArguments() {
  try {
    const options = { minutes: { type: "string", default: "10" } };
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const unknown = positionals.find((part) => !PARTS.includes(part));
    if (unknown !== undefined) throw new Error(`there is no part ${unknown}`);
    const minutes = Number(values.minutes);
    if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: a number above 0 is needed`);
    return { asked: positionals, minutes };
  } catch ({ message }) {
    process.stderr.write(`${message}\n  next: npm test -- [${PARTS.join("|")}] [--minutes N]\n`);
    process.exit(2);
  }
}

const { asked, minutes } = readArguments();
const wanted = (part) => asked.length === 0 || asked.includes(part);
try {
  await setup({ build: ["e2e", "failure", "pictures"].some(wanted) });
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  if (wanted("check")) {
    await check("types", bin("tsc"), ["--noEmit"]);
    await check("format and lint", bin("biome"), ["check", "."]);
    await check("imports", process.execPath, [
      "--import",
      join(root, "scripts/parse-tsx.mjs"),
      bin("depcruise"),
      "--config",
      ".dependency-cruiser.js",
      "app",
      "components",
      "core",
      "grpc",
      "node",
      "server",
      "mesh-agent",
      "cli",
      "programs",
      "testing",
    ]);
    await check("nothing unused", bin("knip"), ["--no-progress"]);
  }
  if (wanted("unit") || asked.includes("laws")) {
    providePrometheus();
    provideAlertmanager();
    provideClickhouse();
  }
  if (wanted("unit")) await vitest("unit", []);
  // A first build of Istio takes minutes: only where it is asked for.
  if (asked.includes("oracle")) await vitest("oracle", ["--config", "testing/oracle/vitest.config.ts"]);
  if (asked.includes("laws")) await searchLaws(minutes);
  if (wanted("e2e")) await playwright("journeys", await provideChromium());
  // Each file has a mesh of its own, and most of their time is waiting.
  if (wanted("failure")) await playwright("failure", {}, ["--workers=2"]);
  if (asked.includes("pictures")) await playwright("pictures", await provideChromium());
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  failed += 1;
}
for (const each of failures) process.stdout.write(`${each}\n`);
for (const name of flaky) process.stdout.write(`flaky: failed, and passed when it was run once more: ${name}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
