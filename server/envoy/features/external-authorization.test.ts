// Whom to ask comes with the listener, what about with the routes, and a proxy may have one without the other: a connection
// keeps its chain of filters, and either may be refused. A real Envoy is given routes and listeners of different times.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Layer } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { ask } from "#server/envoy/testing/ask.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { type RunningApp, startScenarioApp } from "#server/envoy/testing/scenario-app.ts";
import { startStaticProxy } from "#server/envoy/testing/start-static-proxy.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { Cleanup } from "#testing/test-agent.ts";

const TIMEOUT_MS = 20_000;
const cleanup = new Cleanup();
let scratch: string;
let authority: TestAuthority;
let apps: Readonly<Record<"shop" | "first" | "second", RunningApp>>;
let inbound: number;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "pharos-external-authorization-"));
  cleanup.add(() => rmSync(scratch, { recursive: true, force: true }));
  authority = await makeTestAuthority();
  const start = async (name: string, authorizer?: "http"): Promise<RunningApp> => {
    const app = await startScenarioApp({ name, ...(authorizer === undefined ? {} : { authorizer }) }, undefined);
    cleanup.add(() => app.stop());
    return app;
  };
  apps = { shop: await start("shop"), first: await start("first", "http"), second: await start("second", "http") };
  inbound = await freePort();
});
afterAll(() => cleanup.run());

const entry = (name: string, port: number): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 127.0.0.1, ports: { http: ${port} } }]
`;
const policy = (name: string, provider: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: default }
spec: { action: CUSTOM, provider: { name: ${provider} }, rules: [{ to: [{ operation: { paths: [/${name}] } }] }] }
`;

/** What the proxy is sent where these policies, `name: provider`, stand over it. */
function compile(policies: Readonly<Record<string, string>>): readonly Layer[] {
  const provider = (name: string) =>
    `{ name: ${name}, envoyExtAuthzHttp: { service: default/${name}.default.svc.cluster.local, port: 80, timeout: 5s, includeRequestHeadersInCheck: [x-user] } }`;
  const text = [
    `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: { extensionProviders: [${provider("first")}, ${provider("second")}] }
`,
    entry("first", apps.first.port),
    entry("second", apps.second.port),
    ...Object.entries(policies).map(([name, of]) => policy(name, of)),
  ].join("---");
  const ports = [`http:${apps.shop.port}:${inbound}`];
  const labels = { app: "shop" };
  const documents = parseAllDocuments(text);
  if ("empty" in documents) throw new Error("no documents");
  const snapshot = makeSnapshot(documents, [{ name: "shop-0", labels, account: "shop", ports }]);
  const made = makeNode({
    type: "sidecar",
    name: "shop-0",
    namespace: "default",
    mode: "NONE",
    labels,
    inbound: ports,
  });
  const node = { ...made, metadata: { ...made.metadata, PHAROS_TRACING: false } };
  return createCompiler(snapshot, { hash: (bytes) => String(bytes.length) }).open(node).layers;
}

function layersOf(layers: readonly Layer[], wanted: (type: XdsType) => boolean): Layer[] {
  return layers.map(({ id, resources }) => ({
    id,
    resources: new Map([...resources].filter(([type]) => wanted(type))),
  }));
}

/** Who answers at each path, for somebody whom authorizers let in. */
async function answers(listeners: readonly Layer[], rest: readonly Layer[], user = "ann") {
  const proxy = startStaticProxy({
    envoy: await findTestEnvoy(),
    dir: mkdtempSync(join(scratch, "proxy-")),
    bootstrap: staticBootstrap([
      ...layersOf(listeners, (type) => type === "LDS"),
      ...layersOf(rest, (type) => type !== "LDS"),
    ]),
    certificate: await authority.issue("spiffe://cluster.local/ns/default/sa/shop"),
    roots: authority.roots,
  });
  try {
    await expect.poll(() => proxy.isReady(), { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
    const asked = async (path: string): Promise<string> => {
      const before = { first: apps.first.seen.length, second: apps.second.seen.length };
      const { status } = await ask({ to: inbound, host: "shop", path, headers: { "x-user": user } }, false);
      const whom = (["first", "second"] as const).filter((name) => apps[name].seen.length > before[name]);
      return [status, ...whom].join(" ");
    };
    return { moved: await asked("/moved"), kept: await asked("/kept"), open: await asked("/open") };
  } finally {
    await proxy.stop();
  }
}

test("a chain that has the pair asks and lets in, and one that lacks it refuses what it was to ask about", async () => {
  const before = compile({ kept: "first", moved: "first" });
  const after = compile({ kept: "first", moved: "second" });
  expect(await answers(before, before)).toEqual({ moved: "200 first", kept: "200 first", open: "200" });
  expect(await answers(before, after)).toEqual({ moved: "403", kept: "200 first", open: "200" });
  expect(await answers(after, after)).toEqual({ moved: "200 second", kept: "200 first", open: "200" });
  expect(await answers(after, after, "bob")).toEqual({ moved: "403 second", kept: "403 first", open: "200" });
});

test("a chain from before anybody was to be asked refuses it too", async () => {
  const after = compile({ moved: "first" });
  expect(await answers(compile({}), after)).toEqual({ moved: "403", kept: "200", open: "200" });
});
