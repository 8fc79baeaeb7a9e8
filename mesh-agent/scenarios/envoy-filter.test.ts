import { afterAll, beforeAll, expect, test } from "vitest";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterAll(() => cleanup.run());

const HEADER = (value: string): string =>
  `{ applyTo: VIRTUAL_HOST, match: { context: SIDECAR_INBOUND }, patch: { operation: MERGE, value: { response_headers_to_add: [{ header: { key: x-patched, value: "${value}" } }] } } }`;
/** Envoy decodes it and finds no such extension: the listener is refused for what it means. */
const UNKNOWN = `{ applyTo: HTTP_FILTER, match: { context: SIDECAR_INBOUND, listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.router } } } } }, patch: { operation: INSERT_BEFORE, value: { name: nobody, typed_config: { "@type": type.googleapis.com/nobody.knows.This } } } }`;
const LUA = `{ applyTo: HTTP_FILTER, match: { context: SIDECAR_INBOUND, listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.router } } } } }, patch: { operation: INSERT_BEFORE, value: { name: lua, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, default_source_code: { inline_string: "function envoy_on_response(handle) handle:headers():add('x-lua', 'yes') end" } } } } }`;
const FILTER = (name: string, ...patches: readonly string[]): string => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: ${name}, namespace: default }
spec: { workloadSelector: { labels: { app: details } }, configPatches: [${patches.join(", ")}] }
`;

const call = () => scenario.call({ host: "details:9080" });

test("a listener that Envoy refuses for one patch is held without that one, which is named, and follows what changes besides", async () => {
  const revision = await scenario.mesh.use(`${FILTER("good", LUA)}---${FILTER("bad", UNKNOWN)}`);
  const header = await eventually("the other patch is made", async () => (await call()).headers["x-lua"]);
  expect(header).toBe("yes");
  const standing = await eventually("the patch is named", async () => {
    const found = (await scenario.mesh.handle.refusals()).filter(({ isHeldWithout }) => isHeldWithout);
    return found.length > 0 ? found : undefined;
  });
  for (const { origins, type } of standing) {
    expect(type).toBe("LDS");
    expect(origins).toEqual([{ resource: "EnvoyFilter/default/bad", path: "spec.configPatches[0]" }]);
  }
  const proxies = (await scenario.mesh.handle.distribution(revision))?.proxies ?? [];
  const refusals = proxies.flatMap((each) => each.refusals);
  expect(refusals.length).toBeGreaterThan(0);
  for (const { origins, isHeldWithout, wasHeldWithout } of refusals) {
    expect([isHeldWithout, wasHeldWithout]).toEqual([true, undefined]);
    expect(origins).toEqual([{ resource: "EnvoyFilter/default/bad", path: "spec.configPatches[0]" }]);
  }
  const next = await scenario.mesh.use(`${FILTER("good", HEADER("again"))}---${FILTER("bad", UNKNOWN)}`);
  await eventually("what changes besides arrives", async () =>
    (await call()).headers["x-patched"] === "again" ? true : undefined,
  );
  expect((await call()).headers["x-lua"]).toBeUndefined();
  const told = await eventually("what is left out is known to be what was before", async () => {
    const all = ((await scenario.mesh.handle.distribution(next))?.proxies ?? []).flatMap((each) => each.refusals);
    return all.length > 0 && all.every(({ isHeldWithout }) => isHeldWithout) ? all : undefined;
  });
  expect(told.map(({ wasHeldWithout }) => wasHeldWithout)).toEqual(told.map(() => true));
  await scenario.mesh.use(FILTER("good", HEADER("again")));
  await eventually("nothing is refused any more", async () =>
    (await scenario.mesh.handle.refusals()).length === 0 ? true : undefined,
  );
});
