import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { freePort } from "#node/free-port.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { answerWith } from "#testing/mesh-resources.ts";
import { Cleanup, envoyPid, eventually, fetchText, temporaryDir } from "#testing/test-agent.ts";

const ENTRY = resolve(import.meta.dirname, "../testing/agent-process.ts");

function environmentOf(pid: number): Map<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

// One agent and one host from start to end: each start of an Envoy takes a second.
test("the first Envoy runs with what is given; what is given later is told to wait, outlasts a killed agent, and holds when Envoy starts again", async () => {
  const cleanup = new Cleanup();
  try {
    const plane = await FakeControlPlane.open();
    cleanup.add(() => plane.stop());
    const dir = temporaryDir(cleanup);
    const port = await freePort();
    plane.ads.set(answerWith("hello", port));
    plane.settings = {
      concurrency: 0,
      drainSeconds: 7,
      flushMs: 300,
      // A control plane that lets through what it should not: the host keeps its own.
      environment: { REGION: "eu", LD_PRELOAD: "/tmp/no-such.so", NODE_OPTIONS: "--inspect", ZONE: "given" },
      runtime: { "a.b": "17", "re2.max_program_size.error_level": "1" },
      statPrefixes: ["http.answers.tracing"],
    };
    const start = (token?: string): ChildProcess => {
      const own = { environment: { ZONE: "own" } };
      const config = {
        dir,
        token,
        name: "reviews-v1-0",
        serviceAccount: "reviews",
        adminPort: 0,
        drainSeconds: 3,
        ...own,
      };
      const child = spawn(process.execPath, [ENTRY, JSON.stringify(config)], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      cleanup.add(() => void child.kill("SIGKILL"));
      return child;
    };
    const ended = (child: ChildProcess): Promise<void> => new Promise((done) => child.once("exit", () => done()));
    const serves = () => eventually("an answer", async () => ((await fetchText(port)) === "hello" ? true : undefined));
    const notes = () => plane.registrations.at(-1)?.settingsNotes;
    const admin = new AdminClient(join(dir, "admin.sock"));
    const options = async () =>
      (JSON.parse((await admin.get("/server_info")).body) as { command_line_options: Record<string, unknown> })
        .command_line_options;

    const first = start(plane.makeToken());
    await serves();
    const pid = envoyPid(dir) ?? 0;
    expect(await options()).toMatchObject({
      concurrency: availableParallelism(),
      drain_time: "7s",
      file_flush_interval: "0.300s",
    });
    const environment = environmentOf(pid);
    expect(environment.get("REGION")).toBe("eu");
    expect(environment.get("ZONE")).toBe("own");
    expect([...environment.keys()]).not.toContain("LD_PRELOAD");
    expect(environment.get("NODE_OPTIONS")).toBe(process.env.NODE_OPTIONS);
    const runtime = (await admin.get("/runtime")).body;
    expect(runtime).toMatch(/"a\.b": \{[^}]*"final_value": "17"/);
    // Its own stands.
    expect(runtime).toMatch(/"re2\.max_program_size\.error_level": \{[^}]*"final_value": "32768"/);
    await eventually("what the host overrules is told", () =>
      notes()?.includes("environment: ZONE as its own host sets it") === true ? true : undefined,
    );
    expect(notes()).toHaveLength(1);

    plane.settings = { concurrency: 1, drainSeconds: 7, flushMs: 300, environment: { REGION: "us" } };
    first.kill("SIGKILL");
    await ended(first);
    const second = start();
    await eventually("what waits is told", () =>
      notes()?.includes("environment: REGION as set now only when envoy starts again") === true ? true : undefined,
    );
    expect(envoyPid(dir)).toBe(pid);
    expect((await options()).concurrency).toBe(availableParallelism());

    second.kill("SIGTERM");
    await ended(second);
    const third = start();
    await serves();
    expect((await options()).concurrency).toBe(1);
    expect(environmentOf(envoyPid(dir) ?? 0).get("REGION")).toBe("us");
    await eventually("nothing waits", () => (notes()?.length === 0 ? true : undefined));
    third.kill("SIGTERM");
    await ended(third);
  } finally {
    await cleanup.run();
  }
}, 120_000);
