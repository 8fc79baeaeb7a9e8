import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { freePort } from "#node/free-port.ts";
import { Health } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { answerWith, proxyTo } from "#testing/mesh-resources.ts";
import {
  Cleanup,
  envoyPid,
  eventually,
  fetchText,
  killEnvoy,
  startAgent,
  startApp,
  temporaryDir,
} from "#testing/test-agent.ts";

let cleanup: Cleanup;
let plane: FakeControlPlane;
let dir: string;
let port: number;

beforeEach(async () => {
  cleanup = new Cleanup();
  plane = await FakeControlPlane.open();
  cleanup.add(() => plane.stop());
  dir = temporaryDir(cleanup);
  port = await freePort();
});
afterEach(() => cleanup.run());

const serves = (text: string) =>
  eventually(`"${text}" at the proxy`, async () => ((await fetchText(port)) === text ? true : undefined));

test("joins, registers, serves what the control plane says, and leaves when told to stop", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  plane.labels = { app: "reviews", version: "v1" };
  const agent = startAgent(cleanup, {
    dir,
    token: plane.makeToken(),
    group: "reviews-v1",
    ports: [{ name: "http", appPort: 9080, inboundPort: port }],
  });
  await serves("app");
  await eventually("a healthy registration", () =>
    plane.registrations.at(-1)?.health === Health.HEALTHY ? true : undefined,
  );
  // It was announced as unhealthy until Envoy served.
  expect(plane.registrations[0]).toMatchObject({
    name: "reviews-v1-0",
    group: "reviews-v1",
    health: Health.UNHEALTHY,
    ports: [{ name: "http", appPort: 9080, inboundPort: port }],
  });
  expect(plane.ads.requests.findLast(({ node }) => node !== undefined)?.node).toMatchObject({
    id: "sidecar~127.0.0.1~reviews-v1-0.default~default.svc.cluster.local",
    userAgentName: "envoy",
    metadata: {
      NAMESPACE: "default",
      SERVICE_ACCOUNT: "reviews",
      WORKLOAD_NAME: "reviews-v1",
      LABELS: { app: "reviews", version: "v1" },
      INTERCEPTION_MODE: "NONE",
    },
  });
  await agent.stop();
  expect(plane.deregistrations).toBe(1);
  expect(envoyPid(dir)).toBeUndefined();
});

test("a killed Envoy is started again once, and serves what it served", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  const agent = startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app");
  const old = killEnvoy(dir);
  await eventually("another Envoy", () => (envoyPid(dir) === old ? undefined : envoyPid(dir)));
  await serves("app");
  const told = (what: string) => agent.log.filter((line) => line.includes(what)).length;
  expect([told("envoy died"), told("envoy started")]).toEqual([1, 2]);
});

test("an Envoy killed while the control plane is away comes back with the last good configuration", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app");
  await plane.stop();
  const old = killEnvoy(dir);
  await eventually("another Envoy", () => (envoyPid(dir) === old ? undefined : envoyPid(dir)));
  await serves("app");
});

test("a host restarted while the control plane is away comes up working, and takes changes when it is back", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  const first = startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app");
  await plane.stop();
  await first.stop();
  expect(await fetchText(port)).toBeUndefined();
  startAgent(cleanup, { dir });
  await serves("app");
  await plane.start();
  plane.ads.set(answerWith("edited", port));
  await serves("edited");
});

test("a control plane that comes back is found, and sends nothing that Envoy has", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app");
  await eventually("everything acknowledged", () =>
    plane.ads.requests.filter(({ responseNonce }) => responseNonce !== "").length >= 4 ? true : undefined,
  );
  await plane.stop();
  plane.ads.sent.splice(0);
  await plane.start();
  await eventually("the agent is back", () => (plane.ads.streams > 0 ? true : undefined));
  plane.ads.set(answerWith("edited", port));
  await serves("edited");
  expect(plane.ads.sent).toEqual(["in"]);
});

test("the registry hears that a killed Envoy does not serve", async () => {
  plane.ads.set(answerWith("hello", port));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await eventually("healthy", () => (plane.registrations.at(-1)?.health === Health.HEALTHY ? true : undefined));
  killEnvoy(dir);
  await eventually("unhealthy", () => (plane.registrations.at(-1)?.health === Health.UNHEALTHY ? true : undefined));
  await eventually("healthy again", () => (plane.registrations.at(-1)?.health === Health.HEALTHY ? true : undefined));
});

test("what Envoy refuses leaves the old configuration in force", async () => {
  plane.ads.set(answerWith("good", port));
  const agent = startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("good");
  plane.ads.set({ type: TYPE_URLS.LDS, name: "in", version: "bad", body: Buffer.from([0xff]) });
  await eventually("the refusal is logged", () =>
    agent.log.some((line) => line.includes("envoy refused configuration")) ? true : undefined,
  );
  expect(await fetchText(port)).toBe("good");
});

test("a second agent in the same directory does not start, and the first goes on", async () => {
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app");
  const pid = envoyPid(dir);
  expect(await startAgent(cleanup, { dir, name: "other" }).failed).toMatchObject({
    code: "conflict",
    message: `another agent runs in ${dir}`,
  });
  await serves("app");
  expect(envoyPid(dir)).toBe(pid);
});

test("an agent whose name is another's says so and ends, and takes nothing away from that one", async () => {
  plane.refusal = new PharosError("conflict", "instance default/reviews-v1-0 is another agent's");
  const agent = startAgent(cleanup, { dir, token: plane.makeToken() });
  expect(await agent.failed).toMatchObject({ code: "conflict", message: expect.stringContaining("another agent's") });
  expect(envoyPid(dir)).toBeUndefined();
  expect(plane.deregistrations).toBe(0);
});
