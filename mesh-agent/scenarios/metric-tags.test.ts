import { afterAll, beforeAll, expect, test } from "vitest";
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

const isTagged =
  (end: string) =>
  ({ reporter, tags }: RequestWindow): boolean =>
    reporter === end && tags !== "";
