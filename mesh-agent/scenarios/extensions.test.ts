import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";
import { headerModule } from "#testing/wasm/header-module.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
let served: string;
let dir: string;
beforeAll(async () => {
  const server = createServer((request, response) => {
    const [, name = ""] = /^\/(\w+)\.wasm$/.exec(request.url ?? "") ?? [];
    response.end(headerModule("x-module", name));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(async () => void server.close());
  served = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  dir = temporaryDir(cleanup);
  scenario = await Scenario.open(cleanup);
});
afterAll(() => cleanup.run());

const hashOf = (name: string): string => createHash("sha256").update(headerModule("x-module", name)).digest("hex");
const plugin = (name: string, spec: object): string =>
  JSON.stringify({
    apiVersion: "extensions.istio.io/v1alpha1",
    kind: "WasmPlugin",
    metadata: { name, namespace: "default" },
    spec: { selector: { matchLabels: { app: "reviews" } }, match: [{ mode: "SERVER" }], ...spec },
  });
const use = (...plugins: readonly string[]) => scenario.mesh.use(plugins.join("\n---\n"));
const call = () => scenario.callPlain();
const answers = (what: string, isSo: (answer: Awaited<ReturnType<typeof call>>) => boolean) =>
  eventually(what, async () => {
    const answer = await call();
    return isSo(answer) ? answer : undefined;
  });

test("a module that proxies fetch, one of their host and a script run, in the order of their phases", async () => {
  const file = join(dir, "own.wasm");
  writeFileSync(file, headerModule("x-module", "file"));
  const script = {
    apiVersion: "extensions.istio.io/v1alpha1",
    kind: "TrafficExtension",
    metadata: { name: "script", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "reviews" } },
      match: [{ mode: "SERVER" }],
      phase: "AUTHZ",
      lua: {
        inlineCode: `local reaches = tostring(io or os.execute or package or require or debug or load or loadstring or loadfile)
          function envoy_on_response(handle)
            handle:headers():add('x-module', 'script')
            handle:headers():add('x-reaches', reaches .. ' ' .. type(os.time()))
          end`,
      },
    },
  };
  await use(
    plugin("fetched", { url: `${served}/fetched.wasm`, sha256: hashOf("fetched"), phase: "AUTHN" }),
    plugin("own", { url: `file://${file}`, phase: "STATS" }),
    JSON.stringify(script),
  );
  // What is answered comes back through the filters the other way.
  const answer = await answers("all three", ({ headers }) => String(headers["x-module"]).split(", ").length === 3);
  expect(answer.headers["x-module"]).toBe("file, script, fetched");
  expect(answer.status).toBe(200);
  expect(answer.headers["x-reaches"], "files and programs of the host").toBe("nil number");
});

test("what is fetched and is not what its hash says is not run: requests are refused, or go on without it where it says so", async () => {
  const wrong = { url: `${served}/other.wasm`, sha256: hashOf("wanted") };
  await use(plugin("wrong", { ...wrong, failStrategy: "FAIL_CLOSE" }));
  await answers("requests are refused", ({ status }) => status >= 500);
  await use(plugin("wrong", { ...wrong, failStrategy: "FAIL_OPEN" }));
  const open = await answers("requests go on", ({ status }) => status === 200);
  expect(open.headers["x-module"]).toBeUndefined();
});

test("a file that is not there is told on its plugin: proxies keep what they had, or go on without it where it says so", async () => {
  await use(plugin("good", { url: `${served}/good.wasm`, sha256: hashOf("good") }));
  await answers("the good one", ({ headers }) => headers["x-module"] === "good");
  const missing = plugin("missing", { url: `file://${join(dir, "nowhere.wasm")}` });
  const told = (isHeldWithout: true | undefined) =>
    eventually("it is told", async () => {
      const standing = await scenario.mesh.handle.refusals();
      const found = standing.filter((each) => each.isHeldWithout === isHeldWithout);
      return found.some(({ origins }) => origins.some(({ resource }) => resource === "WasmPlugin/default/missing"))
        ? true
        : undefined;
    });
  await use(missing);
  await told(undefined);
  expect((await call()).headers["x-module"]).toBe("good");
  await use(missing.replace('"url"', '"failStrategy":"FAIL_OPEN","url"'));
  await told(true);
  const open = await answers("requests go on", ({ headers }) => headers["x-module"] === undefined);
  expect(open.status).toBe(200);
});
