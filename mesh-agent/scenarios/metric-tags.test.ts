import { afterAll, beforeAll, expect, test } from "vitest";
import { type ObjectiveCounter, objectiveCounter } from "#core/objectives/counter.ts";
import { readObjective } from "#core/resolve/objectives.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { keyOfWire } from "#core/telemetry/traffic-key.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterAll(() => cleanup.run());

const CLASS = "response.code >= 400 ? request.method : 'well'";
const TELEMETRY = `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: labels, namespace: default }
spec:
  metrics:
    - overrides:
        - match: { metric: REQUEST_COUNT, mode: SERVER }
          tagOverrides:
            request_host: { value: request.host }
            port: { value: string(destination.port) }
            tenant: { value: "request.headers['x-tenant']" }
            class: { value: "${CLASS}" }
        - match: { metric: REQUEST_COUNT, mode: CLIENT }
          tagOverrides: { path_kind: { value: "request.url_path.startsWith('/status') ? 'status' : 'other'" } }
`;

test("what Telemetries label metrics by each proxy evaluates and writes, and its agent counts by it", async () => {
  await scenario.mesh.use(TELEMETRY);
  const tagsOf = (end: string): string[] =>
    scenario.mesh.windows.filter(isTagged(end)).flatMap(({ tags, count }) => Array<string>(Number(count)).fill(tags));
  await eventually("the proxies have it", async () => {
    await scenario.call();
    return tagsOf("destination").length > 0 && tagsOf("source").length > 0 ? true : undefined;
  });
  const headers = { "x-tenant": 'green "7"' };
  for (let count = 0; count < 3; count += 1) await scenario.call({ headers });
  await scenario.call({ headers, method: "POST", path: "/status/418" });
  // Two workloads are called, each with an agent of its own.
  const tenants = await eventually("all is told", async () => {
    const told = tagsOf("destination").filter((tags) => tags.includes("green"));
    return told.length >= 4 && tagsOf("source").some((tags) => tags.endsWith('"status"}')) ? told : undefined;
  });
  const said = tenants.map((tags) => JSON.parse(tags) as Record<string, string>);
  expect(said.map((tags) => tags[CLASS]).sort()).toEqual(["POST", "well", "well", "well"]);
  for (const tags of said)
    expect(tags).toMatchObject({
      "request.headers['x-tenant']": 'green "7"',
      "destination.port": expect.stringMatching(/^\d+$/),
      "request.host": expect.stringMatching(/^reviews/),
    });
  expect(scenario.mesh.refusals).toEqual([]);
});

const OBJECTIVES = `
apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: read, namespace: default }
spec:
  service: reviews
  requests: { methods: [GET, HEAD], paths: ["/orders/{*}", "/late/{*}", "/a%)b"] }
  availability: {}
  target: 99
  window: { rolling: 24h }
---
apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: pay, namespace: default }
spec:
  service: reviews
  from: { workload: caller }
  reporter: Source
  requests: { route: { virtualService: shop, name: pay } }
  availability: {}
  target: 99
  window: { rolling: 24h }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [reviews]
  http:
    - name: pay
      match: [{ name: mobile, uri: { prefix: /pay/m } }, { uri: { prefix: /pay } }]
      route: [{ destination: { host: reviews } }]
    - name: pay-later
      route: [{ destination: { host: reviews } }]
`;

test("requests that objectives are about are told from the others by whoever tells of them", async () => {
  await scenario.mesh.use(OBJECTIVES);
  const [read, pay] = ofKind(parseDocuments(OBJECTIVES).resources, "Objective").map((each) =>
    objectiveCounter(readObjective(each, { domainSuffix: "cluster.local" })),
  );
  /** Of the windows that are meant, or of the others: how many requests of each shape. */
  const shapesOf = (end: string, isMeant: boolean, of: ObjectiveCounter | undefined): Record<string, number> => {
    const shapes: Record<string, number> = {};
    for (const window of scenario.mesh.windows)
      if (window.reporter === end && of?.isMeant(keyOf(window)) === isMeant)
        for (const { method, pathTemplate, count } of window.shapes)
          shapes[`${method} ${pathTemplate}`] = (shapes[`${method} ${pathTemplate}`] ?? 0) + Number(count);
    return shapes;
  };
  const haveIt = (): boolean =>
    ["reviews-v1", "reviews-v2"].every((name) =>
      scenario.mesh.windows.some((window) => window.destinationWorkload === name && read?.isMeant(keyOf(window))),
    );
  await eventually("the proxies have it", async () => {
    for (const path of ["/pay/1", "/orders/1"]) await scenario.call({ path });
    return haveIt() && shapesOf("source", true, pay)["GET /pay/{}"] !== undefined ? true : undefined;
  });
  // What was said before they had it is told apart by nothing: these paths are new.
  for (let count = 0; count < 3; count += 1) {
    await scenario.call({ path: `/late/${count}?a=/b` });
    await scenario.call({ path: "/a%)b" });
    await scenario.call({ path: `/late/${count}/1` });
    await scenario.call({ path: `/late/${count}`, method: "POST" });
    await scenario.call({ path: `/pay/m/${count}` });
    await scenario.call({ path: `/paid/${count}` });
  }
  await eventually("all is told", async () => {
    const others = shapesOf("source", false, pay);
    return shapesOf("destination", false, read)["GET /paid/{}"] === 3 && others["GET /paid/{}"] === 3
      ? true
      : undefined;
  });
  const meant = shapesOf("destination", true, read);
  expect(meant).toMatchObject({ "GET /late/{}": 3, "GET /{}": 3 });
  expect(Object.keys(meant).sort()).toEqual(["GET /late/{}", "GET /orders/{}", "GET /{}"]);
  expect(shapesOf("destination", false, read)).toMatchObject({ "GET /late/{}/{}": 3, "POST /late/{}": 3 });
  expect(Object.keys(shapesOf("source", true, pay)).sort()).toEqual(["GET /pay/m/{}", "GET /pay/{}"]);
  expect(scenario.mesh.refusals).toEqual([]);
});

/** Which service the called are behind the server adds to what they tell. */
const keyOf = (window: RequestWindow): TrafficKey => ({
  ...keyOfWire({ ...window }),
  ...(window.reporter === "source" ? {} : { destinationService: "reviews.default.svc.cluster.local" }),
});

const isTagged =
  (end: string) =>
  ({ reporter, tags }: RequestWindow): boolean =>
    reporter === end && tags !== "";
