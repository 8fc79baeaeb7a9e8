import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildGraph } from "#core/graph/build-graph.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { gatewayText } from "#testing/gateway-text.ts";
import { rowsOfWindows } from "#testing/rows-of-windows.ts";
import { type Answer, type Call, Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const CALLS = 20;
const RECIPE = (more: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: recipe, namespace: default }
spec:
  hosts: [recipe.example.test]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: ${scenario.reviewsPort} }]
  ${more}
`;
const WRITTEN = "endpoints: [{ address: 127.0.0.1 }]";
const WORKLOAD_ENTRY = `
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: recipe-vm, namespace: default }
spec: { address: 127.0.0.1, labels: { app: recipe } }
`;
const NAME_ONLY = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cook, namespace: default }
spec: { hosts: [cook.example.test], http: [{ route: [{ destination: { host: recipe.example.test } }] }] }
`;
const GATEWAY = gatewayText({ host: "shop.example.com", to: "host: recipe.example.test" });
const PLAIN = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: plain, namespace: default }
spec: { host: reviews, trafficPolicy: { tls: { mode: DISABLE } } }
`;

/** Another workload's agent may still tell of the calls that the scenario opened with. */
const isOfReviews = ({ destinationWorkload }: RequestWindow): boolean => destinationWorkload !== "details";

/** What was reported since `from` windows, as edges between workloads: "caller>called count". */
function edgesSince(from: number): string[] {
  const rows = rowsOfWindows(scenario.mesh.windows.slice(from).filter(isOfReviews));
  const graph = buildGraph({ view: "workload", startMs: 0, endMs: 1000, rows, gaps: [] });
  return graph.edges
    .map(({ source, target, requestsPerSecond }) => `${source} > ${target} ${requestsPerSecond}`)
    .sort();
}

const countOf = (from: number, is: (window: RequestWindow) => boolean): number =>
  scenario.mesh.windows
    .slice(from)
    .filter(is)
    .reduce((sum, { count }) => sum + Number(count), 0);

/** Answers of marks: agents tell in order, so that with a mark all that was before it is told. */
const MARK = 418;
let marks = 0;

const isAnswered = ({ responseCode }: RequestWindow): boolean => responseCode === 200;

/** Resolves when all that came this way before is told, at either end. */
async function settle(call: (call: Call) => Promise<Answer>): Promise<void> {
  const from = scenario.mesh.windows.length;
  const isMark = ({ responseCode }: RequestWindow) => responseCode === MARK;
  await eventually("the first version is marked", async () => {
    marks += 1;
    return (await call({ path: `/status/${MARK}` })).headers["x-app"] === "reviews-v1" ? true : undefined;
  });
  await eventually("all marks are told", async () =>
    ["source", "destination"].every((end) => countOf(0, (one) => isMark(one) && one.reporter === end) === marks) &&
    countOf(from, (one) => isMark(one) && one.destinationWorkload === "reviews-v1") > 0
      ? true
      : undefined,
  );
  // The second version has no mark: what it was called with when the scenario opened its own agent may tell later than all others.
  const ofSecond = (end: string): number =>
    countOf(0, (one) => one.destinationWorkload === "reviews-v2" && one.reporter === end && isAnswered(one));
  await eventually("both ends tell alike of the second version", async () =>
    ofSecond("destination") === ofSecond("source") ? true : undefined,
  );
}

/** All that was reported of `CALLS` calls, as edges. */
async function edgesOf(host: string | undefined, call: (call: Call) => Promise<Answer>): Promise<string[]> {
  await settle(call);
  const from = scenario.mesh.windows.length;
  for (let count = 0; count < CALLS; count += 1)
    expect((await call(host === undefined ? {} : { host })).status).toBe(200);
  await eventually("both ends tell of all", async () =>
    ["source", "destination"].every((end) => countOf(from, (one) => isOfReviews(one) && one.reporter === end) === CALLS)
      ? true
      : undefined,
  );
  return edgesSince(from);
}

describe("calls to another name of a workload are one edge, from its caller, each counted once", () => {
  test.each([
    ["endpoints written in the mesh", () => RECIPE(`location: MESH_INTERNAL\n  ${WRITTEN}`), "recipe.example.test:80"],
    ["endpoints written outside", () => RECIPE(`location: MESH_EXTERNAL\n  ${WRITTEN}`), "recipe.example.test:80"],
    ["nothing said of the place", () => RECIPE(WRITTEN), "recipe.example.test:80"],
    ["by name", () => RECIPE(WRITTEN).replace("STATIC", "DNS"), "recipe.example.test:80"],
    [
      "a WorkloadEntry",
      () => `${RECIPE("workloadSelector: { labels: { app: recipe } }")}---${WORKLOAD_ENTRY}`,
      "recipe.example.test:80",
    ],
    ["a name of its own that leads there", () => `${RECIPE(WRITTEN)}---${NAME_ONLY}`, "cook.example.test:80"],
    ["upper case", () => RECIPE(WRITTEN), "Recipe.Example.TEST:80"],
  ])("%s", async (_, config, host) => {
    await scenario.mesh.use(config());
    expect(await edgesOf(host, (call) => scenario.call(call))).toEqual([
      `wl_default_caller > wl_default_reviews-v1 ${CALLS}`,
    ]);
  });

  test("through a gateway", async () => {
    await scenario.mesh.use(`${RECIPE(WRITTEN)}---${GATEWAY}`);
    await eventually("the gateway answers", async () => ((await scenario.visit()).status === 200 ? true : undefined));
    expect(await edgesOf(undefined, (call) => scenario.visit(call))).toEqual([
      `wl_istio-system_ingress > wl_default_reviews-v1 ${CALLS}`,
    ]);
  });

  test("in plain text, under a name that leads to a service", async () => {
    await scenario.mesh.use(
      `${PLAIN}---${NAME_ONLY.replace("recipe.example.test", "reviews, port: { number: 9080 }")}`,
    );
    const edges = await edgesOf("cook.example.test:80", (call) => scenario.call(call));
    expect(edges.map((edge) => edge.replace(/ \d+$/, ""))).toEqual([
      "wl_default_caller > wl_default_reviews-v1",
      "wl_default_caller > wl_default_reviews-v2",
    ]);
  });
});

test("who is outside of the mesh is not told which workload calls, whatever routed the call there", async () => {
  const { port } = scenario.apps.details;
  await scenario.mesh.use(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside, namespace: default }
spec:
  hosts: [outside.example.test]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: ${port} }]
  endpoints: [{ address: 127.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - match: [{ uri: { prefix: /copy } }]
      route: [{ destination: { host: reviews } }]
      mirror: { host: outside.example.test }
    - match: [{ uri: { prefix: /share } }]
      route:
        - { destination: { host: reviews }, weight: 1 }
        - { destination: { host: outside.example.test }, weight: 99 }
    - route: [{ destination: { host: outside.example.test } }]
---${GATEWAY.replace("recipe.example.test", "outside.example.test")}`);
  const { seen } = scenario.apps.details;
  const before = seen.length;
  expect((await scenario.call({ host: "outside.example.test:80", path: "/itself" })).seen?.at).toBe("details");
  expect((await scenario.call({ path: "/route" })).seen?.at).toBe("details");
  await eventually("the share", async () =>
    (await scenario.call({ path: "/share" })).seen?.at === "details" ? true : undefined,
  );
  await scenario.call({ path: "/copy" });
  await eventually("the gateway", async () =>
    (await scenario.visit({ path: "/gateway" })).status === 200 ? true : undefined,
  );
  await eventually("the copy", async () => (seen.some(({ url }) => url === "/copy") ? true : undefined));
  const told = seen.slice(before);
  expect(new Set(told.map(({ url }) => url))).toEqual(new Set(["/itself", "/route", "/share", "/copy", "/gateway"]));
  expect(told.flatMap(({ headers }) => Object.keys(headers)).filter((name) => name.startsWith("x-pharos"))).toEqual([]);
});
