import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { choosePorts } from "../../programs/demo/ports.ts";
import { findLeftovers, isAlive } from "../../programs/demo/state.ts";
import { PROGRAM, root } from "../fixtures/demo.ts";

const demoCommand = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [PROGRAM, "demo", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, ...env },
  });

test("a taken port is named, with the flag that chooses another", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = String(typeof address === "object" ? address?.port : 0);
  const dir = mkdtempSync(join(tmpdir(), "pharos-port-"));
  const run = demoCommand(["--dir", dir, "--port", port]);
  expect(run.status).toBe(9);
  expect(run.stderr).toContain(`port ${port}`);
  expect(run.stderr).toContain("--port");
  taken.close();
  rmSync(dir, { recursive: true });
});

test("a missing Python is told with all that was tried", () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-python-"));
  const run = demoCommand(["--dir", dir, "--port", "28401", "--xds-port", "28402", "--gateway-port", "28403"], {
    PATH: "/nonexistent",
  });
  expect(run.stderr).toContain("Python 3");
  expect(run.stderr).toContain("python3");
  expect(run.stderr).toContain("PHAROS_PYTHON");
  expect(run.status).toBe(9);
  rmSync(dir, { recursive: true });
});

/** Flags for a demo of its own in a new directory. */
async function place(): Promise<{ readonly dir: string; readonly flags: readonly string[] }> {
  const dir = mkdtempSync(join(tmpdir(), "pharos demo-"));
  const { console, xds, gateway } = await choosePorts(["console", "xds", "gateway"], join(dir, "flags.json"));
  return {
    dir,
    flags: `--port ${console} --xds-port ${xds} --gateway-port ${gateway} --rate 5 --dir`.split(" ").concat(dir),
  };
}

/** As in a terminal: npm, its shell and the demo are one group, which gets what the keyboard sends. */
function startInTerminal(flags: readonly string[]) {
  const npm = spawn("npm", ["run", "demo", "--", ...flags], { cwd: root, detached: true, stdio: "pipe" });
  let output = "";
  const says = (what: string) =>
    new Promise<void>((done) =>
      npm.stdout.on("data", (data: Buffer) => {
        output += data.toString();
        if (output.includes(what)) done();
      }),
    );
  const ended = once(npm, "close");
  const signalGroup = (signal: NodeJS.Signals): boolean => process.kill(-(npm.pid ?? 0), signal);
  return { says, ended, signalGroup };
}

test("Ctrl-C, and again, in the middle of setting up leaves no process behind", async () => {
  const { dir, flags } = await place();
  const demo = startInTerminal(flags);
  await demo.says("services, mTLS and routing applied");
  const pids = findLeftovers(dir);
  expect(pids.length).toBeGreaterThanOrEqual(1 + 6);
  demo.signalGroup("SIGINT");
  demo.signalGroup("SIGINT");
  await demo.ended;
  expect(pids.filter(isAlive)).toEqual([]);
  expect(findLeftovers(dir)).toEqual([]);
  rmSync(dir, { recursive: true });
});

test("what a killed demo left, and nobody has a list of, is ended by the next one; --stop leaves no process behind", async () => {
  test.setTimeout(240_000);
  const { dir, flags } = await place();
  const killed = startInTerminal(flags);
  await killed.says("control plane and console at");
  killed.signalGroup("SIGKILL");
  await killed.ended;
  rmSync(join(dir, "demo.json"), { force: true });
  const left = findLeftovers(dir);
  expect(left.length).toBeGreaterThanOrEqual(1 + 6);
  const next = demoCommand([...flags, "--detach"]);
  expect(next.stdout).toContain(`ended ${left.length} processes that an earlier demo left`);
  expect(next.status).toBe(0);
  expect(left.filter(isAlive)).toEqual([]);

  const state = JSON.parse(readFileSync(join(dir, "demo.json"), "utf8")) as {
    console: string;
    gateway: string;
    pids: Record<string, number>;
  };
  expect(state.console).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${state.gateway}/productpage`)).status).toBe(200);
  const pids = Object.values(state.pids);
  expect(pids.length).toBeGreaterThanOrEqual(3 + 6 + 7 + 7);
  expect(pids.every(isAlive)).toBe(true);
  expect(demoCommand(["--stop", "--dir", dir]).stdout).toContain("stopped");
  expect(pids.filter(isAlive)).toEqual([]);
  expect(findLeftovers(dir)).toEqual([]);
  rmSync(dir, { recursive: true });
});
