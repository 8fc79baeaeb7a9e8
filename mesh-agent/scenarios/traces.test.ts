import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
  await scenario.mesh.use(TO_V1);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const TO_V1 = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: tags, namespace: default }
spec: { tracing: [{ customTags: { tenant: { header: { name: X-Tenant } }, of: { formatter: { value: "%REQ(X-Tenant)% %RESPONSE_CODE%" } } } }] }
`;
const TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
/** Of a caller that is in a trace. */
const GIVEN = {
  "x-b3-traceid": TRACE,
  "x-b3-spanid": "e457b5a2e4d86bd1",
  "x-b3-sampled": "1",
};
test.each([
  ["B3 in many headers", GIVEN],
  ["B3 in one header", { b3: `${TRACE}-e457b5a2e4d86bd1-1` }],
  ["W3C", { traceparent: `00-${TRACE}-e457b5a2e4d86bd1-01` }],
])("a caller's trace goes on in B3 and W3C alike: %s", async (_, headers) => {
  const { seen } = await scenario.call({ headers });
  const [, span = ""] = new RegExp(`^00-${TRACE}-([0-9a-f]{16})-`).exec(String(seen?.headers.traceparent)) ?? [];
  expect(span).toMatch(/^(?!e457b5a2e4d86bd1)[0-9a-f]{16}$/);
  expect(seen?.headers.traceparent).toBe(`00-${TRACE}-${span}-01`);
  // B3 goes on in the form it came in.
  if ("b3" in headers) expect(seen?.headers.b3).toMatch(new RegExp(`^${TRACE}-${span}-1(-[0-9a-f]{16})?$`));
  else expect(seen?.headers).toMatchObject({ "x-b3-traceid": TRACE, "x-b3-spanid": span, "x-b3-sampled": "1" });
});

test.each([
  ["B3 decides against it", { ...GIVEN, "x-b3-sampled": "0" }],
  ["B3 in one header does", { b3: `${TRACE}-e457b5a2e4d86bd1-0` }],
  ["W3C's does", { traceparent: `00-${TRACE}-e457b5a2e4d86bd1-00` }],
  ["W3C's makes no sense", { traceparent: "00-none-of-these-01" }],
  ["B3's makes none", { b3: `${TRACE}-e457-1` }],
  ["it is longer than one can be", { traceparent: `00-${"ab".repeat(4000)}-e457b5a2e4d86bd1-01` }],
  ["its ids are none", { traceparent: `00-${"0".repeat(32)}-e457b5a2e4d86bd1-01` }],
])("a context goes through as it came where %s", async (_, headers) => {
  const { seen } = await scenario.call({ headers });
  const names = ["b3", "traceparent", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"];
  expect(
    Object.fromEntries(names.flatMap((name) => (seen?.headers[name] ? [[name, seen.headers[name]]] : []))),
  ).toEqual(headers);
});

test.each([
  ["a decision alone begins a trace", { b3: "1" }, /^[0-9a-f]{32}$/],
  [
    "ids of 64 bits are those of 128",
    { "x-b3-traceid": "fe8b2a57d3eff7aa", "x-b3-spanid": "e457b5a2e4d86bd1", "x-b3-sampled": "true" },
    /^0{16}fe8b2a57d3eff7aa$/,
  ],
])("%s", async (_, headers, trace) => {
  const { seen } = await scenario.call({ headers });
  const [, told = "", span = ""] = /^00-([0-9a-f]+)-([0-9a-f]{16})-01$/.exec(String(seen?.headers.traceparent)) ?? [];
  expect(told).toMatch(trace);
  const single = seen?.headers.b3;
  if ("b3" in headers) expect(single).toBe(`${told}-${span}-1`);
  else expect(seen?.headers).toMatchObject({ "x-b3-traceid": told, "x-b3-spanid": span, "x-b3-sampled": "1" });
});

test("a traced request has a span at each end, below one another and the caller's, with its tags", async () => {
  const { seen } = await scenario.call({
    path: "/spans?of=it",
    headers: { ...GIVEN, "user-agent": "a browser", "x-tenant": "acme" },
  });
  const mine = () =>
    scenario.mesh.spans.filter(({ attributes }) =>
      attributes.some(({ value }) => value?.value.value === "http://reviews:9080/spans?of=it"),
    );
  const spans = await eventually("both spans", async () => (mine().length >= 2 ? mine() : undefined), 30_000);
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
  const client = spans.find(({ service }) => service === "caller.default");
  const server = spans.find(({ service }) => service === "reviews.default");
  expect([client, server].map((span) => [hex(span?.traceId), hex(span?.parentSpanId), span?.name])).toEqual([
    [GIVEN["x-b3-traceid"], GIVEN["x-b3-spanid"], "reviews.default.svc.cluster.local:9080/*"],
    [GIVEN["x-b3-traceid"], hex(client?.spanId), expect.stringMatching(/^inbound\|http\|[0-9]+\/\*$/)],
  ]);
  expect(seen?.headers["x-b3-spanid"]).toBe(hex(server?.spanId));
  const tags = Object.fromEntries(client?.attributes.map(({ key, value }) => [key, value?.value.value]) ?? []);
  expect(tags).toMatchObject({
    "http.method": "GET",
    "http.status_code": "200",
    upstream_cluster: "outbound|9080|v1|reviews.default.svc.cluster.local",
    "guid:x-request-id": seen?.headers["x-request-id"],
    user_agent: "a browser",
    // Marked with the header for whoever stores them.
    "@x-tenant@tenant": "acme",
    "@x-tenant@of": "acme 200",
  });
});

test("what vendors add to a trace arrives as it was sent", async () => {
  const headers = { tracestate: "vendor=1", baggage: "user=1" };
  const { seen } = await scenario.call({
    headers: { ...headers, traceparent: "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01" },
  });
  expect(seen?.headers).toMatchObject(headers);
});
