import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

let cleanup: Cleanup;
let plane: FakeControlPlane;
let token: string | undefined;
let log: string[];

beforeEach(async () => {
  cleanup = new Cleanup();
  log = [];
  plane = await FakeControlPlane.open({ certificateLifeMs: 2000 });
  cleanup.add(() => plane.stop());
});
afterEach(() => cleanup.run());

async function run(
  file = join(temporaryDir(cleanup), "identity.json"),
): Promise<{ keeper: IdentityKeeper; uplink: Uplink }> {
  token = plane.makeToken();
  const keeper = new IdentityKeeper({
    file,
    namespace: "default",
    serviceAccount: "reviews",
    server: undefined,
    readToken: () => token,
    log: loggerTo((_, message, fields) => log.push(`${message} ${fields.error ?? ""}`)),
  });
  const stop = new AbortController();
  await keeper.open(stop.signal);
  const uplink = new Uplink({ server: keeper.server, identity: () => keeper.current, log: silentLogger });
  const running = [uplink.run(stop.signal), keeper.run(uplink, stop.signal)];
  cleanup.add(() => {
    stop.abort();
    return Promise.all(running);
  });
  return { keeper, uplink };
}

test("renews before the end of life, again and again, each time with a new key", async () => {
  const { keeper } = await run();
  const keys = new Set<string>();
  const serials = new Set<string>();
  keeper.onChange((identity) => {
    keys.add(identity.keyPem);
    serials.add(identity.serial);
    expect(identity.issuedAtMs).toBeLessThan(identity.notAfterMs);
  });
  await eventually("three renewals", () => (serials.size >= 3 ? true : undefined));
  expect(keys.size).toBe(serials.size);
  expect(log.filter((line) => line.includes("not renewed"))).toEqual([]);
});

test("an expired certificate says what to do, and a fresh token heals it without a restart", async () => {
  const { keeper, uplink } = await run();
  await plane.stop();
  await eventually("expired", () => (keeper.current.notAfterMs < Date.now() ? true : undefined));
  await plane.start();
  await eventually("the used token is refused", () =>
    log.find((line) => line.includes("join token was refused") && line.includes("pharos token create")),
  );
  token = plane.makeToken();
  await eventually("a new identity", () => (keeper.current.notAfterMs > Date.now() ? true : undefined));
  await eventually("connected with it", () => (uplink.state.kind === "up" ? true : undefined));
});

test("an identity that the disk refuses is used, said to be unsaved, and saved when the disk takes it", async () => {
  const dir = temporaryDir(cleanup);
  const file = join(dir, "identity.json");
  // A directory by the name of the draft is as good as a full disk.
  const obstacle = `${file}.${process.pid}.new`;
  mkdirSync(join(obstacle, "in-the-way"), { recursive: true });
  const { keeper } = await run(file);
  expect(keeper.current.spiffeId).toBe("spiffe://cluster.local/ns/default/sa/reviews");
  expect(existsSync(file)).toBe(false);
  expect(log).toContainEqual(
    expect.stringMatching(/^the identity is used, but a restart would lose it .+identity.json/),
  );
  rmSync(obstacle, { recursive: true });
  await eventually("it is saved", () => (existsSync(file) ? true : undefined));
});
