import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "#node/free-port.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { answerWith } from "#testing/mesh-resources.ts";
import { SmallDisk } from "#testing/small-disk.ts";
import { Cleanup, envoyPid, eventually, fetchText, killEnvoy } from "#testing/test-agent.ts";

const ENTRY = resolve(import.meta.dirname, "../testing/agent-process.ts");
let cleanup: Cleanup;
let disk: SmallDisk;
let plane: FakeControlPlane;
let dir: string;
let port: number;
let adminPort: number;
let said: string;

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

function start(token?: string): Started {
  const config = { dir, token, name: "reviews-v1-0", serviceAccount: "reviews", adminPort, drainSeconds: 2 };
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(config)], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  cleanup.add(() => void child.kill("SIGKILL"));
  return { child, ended };
}

const told = () => ({
  counted: plane.reports.flatMap(({ windows }) => windows).reduce((sum, { count }) => sum + Number(count), 0),
  missing: plane.reports.flatMap(({ gaps }) => gaps).reduce((sum, { requests }) => sum + Number(requests), 0),
});
let sent = 0;
async function send(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    expect(await fetchText(port)).toBe("hello");
    sent += 1;
  }
}
const serves = () =>
  eventually("the proxy serves", async () => ((await fetchText(port)) === "hello" ? ++sent : undefined));
const allTold = () =>
  eventually("all requests are counted or told of", () => {
    const { counted, missing } = told();
    return counted + missing === sent ? true : undefined;
  }).catch(() => expect({ ...told(), sent }).toBe("counted + missing = sent"));
/** What an agent that dies now leaves of Envoy's counters. */
const isRead = (completed: number) =>
  eventually(`Envoy's ${completed} requests are read`, () => {
    const found = [
      ...readFileSync(join(dir, "telemetry.db.mark"), "latin1").matchAll(/"reading":\{[^}]*"completed":(\d+)/g),
    ];
    return found.some(([, number]) => Number(number) === completed) ? true : undefined;
  });
const health = async () => (await fetch(`http://127.0.0.1:${adminPort}/healthz`)).text();

describe.skipIf(!SmallDisk.canMount())("on a full disk (skipped where no tmpfs can be mounted)", () => {
  beforeEach(async () => {
    cleanup = new Cleanup();
    said = "";
    sent = 0;
    disk = SmallDisk.mount(12);
    cleanup.add(() => disk.unmount());
    dir = join(disk.path, "agent");
    cleanup.add(() => killEnvoy(dir));
    [port, adminPort] = [await freePort(), await freePort()];
    plane = await FakeControlPlane.open();
    cleanup.add(() => plane.stop());
    plane.ads.set(answerWith("hello", port, join(dir, "access.log")));
  });
  afterEach(() => cleanup.run());

  test.each([
    ["the agent", false],
    ["Envoy and agent together", true],
  ])(
    "kill -9 of %s: what the server counts and the gaps it is told of are what the client sent",
    async (_, isEnvoyKilled) => {
      const first = start(plane.makeToken());
      await serves();
      await send(100);
      await allTold();
      const before = sent;
      disk.fill();
      await send(300);
      await isRead(sent);
      await expect.poll(health).toMatch(/the disk that holds .* is full/);
      first.child.kill("SIGKILL");
      await first.ended;
      if (isEnvoyKilled) {
        killEnvoy(dir);
        await eventually("Envoy is dead", () => (envoyPid(dir) === undefined ? true : undefined));
      }
      const second = start();
      await serves();
      await eventually("it tells why", async () => ((await health()).includes("is full") ? true : undefined));
      await send(50);
      disk.free();
      await send(50);
      await allTold();
      expect(told().missing).toBeGreaterThan(0);
      expect(told().missing).toBeLessThanOrEqual(sent - before);
      await eventually("room again", async () => ((await health()) === "ok\n" ? true : undefined), 45_000);
      second.child.kill("SIGTERM");
      expect(await second.ended).toBe(0);
      await allTold();
      expect(said).not.toMatch(/\n {4}at /);
    },
  );

  test("a first start joins, serves and says that a restart would lose what it has; nothing is told twice later", async () => {
    disk.fill();
    const first = start(plane.makeToken());
    await serves();
    await send(20);
    for (const word of ["is full", "the identity is not on the disk", "telemetry is not stored"])
      await expect.poll(health).toContain(word);
    disk.free();
    await send(20);
    await eventually("all is stored", async () => ((await health()) === "ok\n" ? true : undefined), 45_000);
    await allTold();
    first.child.kill("SIGKILL");
    await first.ended;
    const second = start();
    await serves();
    await send(20);
    await allTold();
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(said).not.toMatch(/\n {4}at /);
  });
});
