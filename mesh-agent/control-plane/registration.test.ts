import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAgentConfig } from "#mesh-agent/config.ts";
import { Registration } from "#mesh-agent/control-plane/registration.ts";
import { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { Health } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

let cleanup: Cleanup;
let plane: FakeControlPlane;
let dir: string;

beforeEach(async () => {
  cleanup = new Cleanup();
  dir = temporaryDir(cleanup);
  plane = await FakeControlPlane.open();
  cleanup.add(() => plane.stop());
});
afterEach(() => cleanup.run());

async function open(): Promise<{ registration: Registration; heard: string[]; ended: Promise<void> }> {
  const { identity, server } = await joinMesh(plane.makeToken());
  const uplink = new Uplink({ server, identity: () => identity, log: silentLogger });
  const heard: string[] = [];
  const registration: Registration = new Registration({
    config: parseAgentConfig({ dir, name: "reviews-v1-0", labels: { zone: "a" } }),
    versions: { agent: "0.1.0", proxy: "1.40.0" },
    uplink,
    file: join(dir, "registration.json"),
    log: silentLogger,
    problems: () => [],
    onLabels: () => void heard.push(JSON.stringify(registration.labels)),
    onProbe: () => undefined,
    onServerTime: () => undefined,
  });
  const stop = new AbortController();
  const ended = registration.run(stop.signal);
  const running = [uplink.run(stop.signal), ended];
  cleanup.add(() => {
    stop.abort();
    return Promise.all(running);
  });
  return { registration, heard, ended };
}

test("the labels that the registry merged are told on, and known without it afterwards", async () => {
  plane.labels = { app: "reviews" };
  const { registration, heard } = await open();
  await eventually("labels", () => heard[0]);
  expect(registration.labels).toEqual({ app: "reviews", zone: "a" });
  await plane.stop();
  const again = new Registration({
    config: parseAgentConfig({ dir, name: "reviews-v1-0" }),
    versions: { agent: "", proxy: "" },
    uplink: new Uplink({
      server: "127.0.0.1:1",
      identity: () => {
        throw new Error("not dialled");
      },
      log: silentLogger,
    }),
    file: join(dir, "registration.json"),
    log: silentLogger,
    problems: () => [],
    onLabels: () => undefined,
    onProbe: () => undefined,
    onServerTime: () => undefined,
  });
  expect(again.labels).toEqual({ app: "reviews", zone: "a" });
});

test("a change of health is told at once, and a new connection is told everything", async () => {
  const { registration } = await open();
  await eventually("a first registration", () => (plane.registrations.length > 0 ? true : undefined));
  registration.setHealth("healthy");
  await eventually("healthy", () => (plane.registrations.at(-1)?.health === Health.HEALTHY ? true : undefined), 8000);
  await plane.stop();
  plane.registrations.splice(0);
  await plane.start();
  await eventually(
    "registered again",
    () => (plane.registrations.at(-1)?.health === Health.HEALTHY ? true : undefined),
    8000,
  );
});

test("once it has left, nothing puts it back", async () => {
  const { registration, ended } = await open();
  await eventually("a first registration", () => (plane.registrations.length > 0 ? true : undefined));
  registration.setHealth("healthy");
  await registration.leave();
  const { length } = plane.registrations;
  expect(plane.deregistrations).toBe(1);
  registration.setHealth("unhealthy");
  // What registers has come to its end by itself.
  await ended;
  expect(plane.registrations).toHaveLength(length);
});

test("what could not be stored is stored with a later registration", async () => {
  // A directory in the file's place refuses every write, whoever the tests run as.
  const file = join(dir, "registration.json");
  mkdirSync(join(file, "taken"), { recursive: true });
  const { registration } = await open();
  await eventually("a first registration", () => (plane.registrations.length > 0 ? true : undefined));
  rmSync(file, { recursive: true });
  registration.setHealth("healthy");
  await eventually("the file", () => (existsSync(file) ? true : undefined));
});
