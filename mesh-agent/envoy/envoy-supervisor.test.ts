import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_START_SETTINGS } from "#core/mesh-config/start-settings.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { EnvoySupervisor, type SupervisorOptions } from "#mesh-agent/envoy/envoy-supervisor.ts";
import { writePidFile } from "#mesh-agent/envoy/pid-file.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";
import { loggerTo } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

let cleanup: Cleanup;
let dir: string;
/** How long it was to wait before it was started again, each time. */
let waits: number[];
let log: { message: string; fields: Record<string, unknown> }[];

beforeEach(() => {
  cleanup = new Cleanup();
  dir = temporaryDir(cleanup);
  log = [];
  waits = [];
});
afterEach(() => cleanup.run());

/** Supervises a shell script in Envoy's place: what it does when Envoy misbehaves is what is tested. */
function supervise(script: string, wait?: SupervisorOptions["wait"]): EnvoySupervisor {
  const path = join(dir, "program");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const supervisor = new EnvoySupervisor({
    prepare: () => ({ command: { path, args: [], logFile: join(dir, "envoy.log") }, fingerprint: "f" }),
    settings: () => NO_START_SETTINGS,
    pidFile: join(dir, "envoy.pid"),
    admin: new AdminClient(join(dir, "admin.sock")),
    log: loggerTo((_, message, fields) => log.push({ message, fields: { ...fields } })),
    wait: async (ms, signal) => {
      waits.push(ms);
      await wait?.(ms, signal);
    },
  });
  cleanup.add(() => supervisor.stop());
  return supervisor;
}

test("one that dies at once is started again, ever more slowly, and what it said is logged", async () => {
  const supervisor = supervise("echo '[error] bad bootstrap'; exit 1");
  await supervisor.start();
  await eventually("four deaths", () => (supervisor.restarts >= 4 ? true : undefined));
  await supervisor.stop();
  // Each within the upper half of what it may be.
  for (const [at, most] of [100, 200, 400].entries()) {
    expect(waits[at]).toBeGreaterThanOrEqual(most / 2);
    expect(waits[at]).toBeLessThanOrEqual(most);
  }
  expect(log.find(({ message }) => message === "envoy died")?.fields).toMatchObject({
    why: "exit code 1",
    said: "[error] bad bootstrap",
  });
});

test("one that does not end when asked is ended", async () => {
  const supervisor = supervise("trap '' TERM; while :; do sleep 1; done");
  await supervisor.start();
  const pid = supervisor.pid ?? 0;
  await supervisor.stop();
  expect(processStart(pid)).toBeUndefined();
}, 10_000);

test("a pid that was given to another process since is left alone", async () => {
  // This very process, but with another start time.
  writePidFile(join(dir, "envoy.pid"), { pid: process.pid, start: "1", fingerprint: "f", settings: NO_START_SETTINGS });
  const supervisor = supervise("exec sleep 60");
  await supervisor.start();
  expect(supervisor.pid).not.toBe(process.pid);
  expect(readFileSync(join(dir, "envoy.pid"), "utf8")).toMatch(new RegExp(`^${supervisor.pid} `));
});

test("stopping while it waits to start again starts nothing", async () => {
  const isWaiting = Promise.withResolvers<void>();
  const supervisor = supervise("exit 1", (_, signal) => {
    isWaiting.resolve();
    return new Promise((done) => signal.addEventListener("abort", () => done(), { once: true }));
  });
  await supervisor.start();
  await isWaiting.promise;
  await supervisor.stop();
  expect(log.filter(({ message }) => message === "envoy started")).toHaveLength(1);
  expect(supervisor.restarts).toBe(1);
});
