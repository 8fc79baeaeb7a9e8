import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { isAlive } from "../../cli/demo/state.ts";
import { root, startDemo } from "../fixtures/demo.ts";

const demoCommand = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [join(root, "cli/main.ts"), "demo", ...args], {
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
  const run = demoCommand(["--dir", dir, "--port", "0", "--xds-port", "1", "--gateway-port", "1"], {
    PATH: "/nonexistent",
  });
  expect(run.status).not.toBe(0);
  const unused = demoCommand(["--dir", dir, "--port", "28401", "--xds-port", "28402", "--gateway-port", "28403"], {
    PATH: "/nonexistent",
  });
  expect(unused.stderr).toContain("Python 3");
  expect(unused.stderr).toContain("python3");
  expect(unused.stderr).toContain("PHAROS_PYTHON");
  rmSync(dir, { recursive: true });
});

test("--stop leaves no process behind", async () => {
  test.setTimeout(240_000);
  const demo = await startDemo(["--rate", "5"]);
  const state = JSON.parse(readFileSync(join(demo.dir, "demo.json"), "utf8")) as {
    console: string;
    gateway: string;
    pids: Record<string, number>;
  };
  expect(state.console).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${state.gateway}/productpage`)).status).toBe(200);
  const pids = Object.values(demo.pids());
  expect(pids.length).toBeGreaterThanOrEqual(3 + 6 + 7 + 7);
  expect(pids.every(isAlive)).toBe(true);
  demo.stop();
  expect(pids.filter(isAlive)).toEqual([]);
});
