import { expect, test } from "vitest";
import { buildGraph } from "#core/graph/build-graph.ts";
import { readTolerances } from "#core/graph/read-tolerances.ts";
import { type Case, row } from "#core/graph/testing/traffic-cases.ts";
import { parseRateAnnotation } from "#core/kinds/health-policy/rate-annotation.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 0,
};

function policy(rules: string, namespace = "default", name = "p"): string {
  return `apiVersion: observe.pharos.dev/v1\nkind: HealthPolicy\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { rules: [${rules}] }\n`;
}
const annotated = (kind: string, name: string, spec: string, rate: string) =>
  `apiVersion: networking.istio.io/v1\nkind: ${kind}\nmetadata: { name: ${name}, annotations: { health.kiali.io/rate: "${rate}" } }\nspec: ${spec}\n`;

/** Status and cause of workload reviews-v1, of what it answered, of its edge, and of its service. */
function judged(texts: readonly string[], traffic: readonly Case[]) {
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const tolerances = readTolerances({ resources, mesh: MESH });
  const graph = (view: "workload" | "service") =>
    buildGraph({ view, startMs: 0, endMs: 10_000, rows: traffic.map(row), gaps: [], tolerances });
  const { nodes, edges } = graph("workload");
  const say = (health: { readonly status: string; readonly cause?: string } | undefined) =>
    [health?.status, health?.cause].filter((each) => each !== undefined).join(" ");
  return {
    workload: say(nodes.find(({ name }) => name === "reviews-v1")?.health),
    edge: say(edges.find(({ target }) => target === "wl_default_reviews-v1")?.health),
    service: say(graph("service").nodes.find(({ name }) => name === "reviews")?.health),
  };
}

const call = (count: number, more: Partial<Case> = {}): Case => ({
  from: "productpage-v1",
  to: "reviews-v1",
  count,
  ...more,
});
const one = (code: number, more: Partial<Case> = {}) => [call(95), call(5, { responseCode: code, ...more })];
const all = (text: string) => ({ workload: text, edge: text, service: text });

test.each<[string, string[], Case[], ReturnType<typeof judged>]>([
  ["nothing is written", [], one(503), all("degraded 5xx 5.0 % ≥ 0.1 %")],
  [
    "a policy of the namespace",
    [policy("{ tolerances: [{ code: 5XX, failure: 4 }] }")],
    one(503),
    all("failure 5XX 5.0 % ≥ 4 %"),
  ],
  [
    "what is written tolerates it",
    [policy("{ tolerances: [{ code: 5XX, degraded: 6, failure: 7 }] }")],
    one(503),
    all("healthy"),
  ],
  [
    "it says nothing of other codes",
    [policy('{ tolerances: [{ code: "404", failure: 4 }] }')],
    one(503),
    all("healthy"),
  ],
  [
    "a code of many",
    [policy("{ tolerances: [{ code: '40[34]', failure: 5 }] }")],
    one(404),
    all("failure 40[34] 5.0 % ≥ 5 %"),
  ],
  [
    "the root's own, where it means the namespace",
    [
      policy(
        "{ namespace: 'prod', tolerances: [{ code: 5XX, failure: 1 }] }, { namespace: 'def.*', tolerances: [{ code: 5XX, failure: 2 }] }",
        "istio-system",
      ),
    ],
    one(503),
    all("failure 5XX 5.0 % ≥ 2 %"),
  ],
  [
    "the namespace's before the root's, and the first rule that means the name",
    [
      policy("{ tolerances: [{ code: 5XX, failure: 1 }] }", "istio-system"),
      policy(
        "{ name: ratings, tolerances: [{ code: 5XX, failure: 2 }] }, { name: 'reviews.*', tolerances: [{ code: 5XX, failure: 3 }] }",
      ),
    ],
    one(503),
    all("failure 5XX 5.0 % ≥ 3 %"),
  ],
  [
    "one kind alone",
    [policy("{ kind: Workload, tolerances: [{ code: 5XX, failure: 3 }] }")],
    one(503),
    { ...all("failure 5XX 5.0 % ≥ 3 %"), service: "degraded 5xx 5.0 % ≥ 0.1 %" },
  ],
  [
    "a share of gRPC alone, by the name of the status",
    [policy("{ tolerances: [{ code: UNAVAILABLE, protocols: [GRPC], failure: 50 }] }")],
    [call(90), call(5, { protocol: "grpc", grpcStatus: "0" }), call(5, { protocol: "grpc", grpcStatus: "14" })],
    {
      workload: "failure UNAVAILABLE 50 % ≥ 50 %",
      edge: "failure UNAVAILABLE 50 % ≥ 50 %",
      service: "failure UNAVAILABLE 50 % ≥ 50 %",
    },
  ],
  [
    "a name of gRPC in which an X is no digit",
    [policy("{ tolerances: [{ code: '5XX|DEADLINE_EXCEEDED', failure: 5 }] }")],
    [call(95, { protocol: "grpc", grpcStatus: "0" }), call(5, { protocol: "grpc", grpcStatus: "4" })],
    all("failure 5XX|DEADLINE_EXCEEDED 5.0 % ≥ 5 %"),
  ],
  [
    "flags, also of connections",
    [policy("{ tolerances: [{ flags: 'UF|UH', protocols: [TCP], failure: 10 }] }")],
    [
      call(8, { protocol: "tcp", responseCode: 0 }),
      call(2, { protocol: "tcp", responseCode: 0, responseFlags: "UF,URX" }),
    ],
    all("failure flags UF|UH 20 % ≥ 10 %"),
  ],
  [
    "what it calls, where that is said",
    [policy("{ name: reviews-v1, tolerances: [{ code: 5XX, direction: Outbound, failure: 10 }] }")],
    [call(100), { from: "reviews-v1", to: "ratings-v1", count: 10, responseCode: 503 }],
    { workload: "failure calls: 5XX 100 % ≥ 10 %", edge: "healthy", service: "healthy" },
  ],
  [
    "Kiali's annotation on the workload, before every policy",
    [
      policy("{ tolerances: [{ code: 5XX, failure: 1 }] }"),
      annotated("WorkloadGroup", "reviews-v1", "{ template: {} }", "5XX,0,50,http,inbound"),
    ],
    one(503),
    { ...all("degraded 5XX 5.0 % ≥ 0 %"), service: "failure 5XX 5.0 % ≥ 1 %" },
  ],
  [
    "Kiali's annotation on the service",
    [
      annotated(
        "ServiceEntry",
        "r",
        "{ hosts: [reviews.default.svc.cluster.local], ports: [{ number: 9080, name: http, protocol: HTTP }], resolution: STATIC }",
        "5xx,10,20,.*,.*",
      ),
    ],
    one(503),
    { workload: "degraded 5xx 5.0 % ≥ 0.1 %", edge: "degraded 5xx 5.0 % ≥ 0.1 %", service: "healthy" },
  ],
  [
    "Kiali's annotation on what is neither a service nor a workload, whatever its name",
    [
      annotated("DestinationRule", "reviews-v1", "{ host: reviews }", "5XX,0,50,http,inbound"),
      annotated("DestinationRule", "reviews", "{ host: reviews }", "5XX,0,50,http,inbound"),
    ],
    one(503),
    all("degraded 5xx 5.0 % ≥ 0.1 %"),
  ],
  [
    "Kiali's annotations on workloads, of which one has a service's name",
    [
      annotated("WorkloadEntry", "reviews-v1", "{ address: 10.0.0.1 }", "5XX,0,50,http,inbound"),
      annotated("WorkloadGroup", "reviews", "{ template: {} }", "5XX,0,50,http,inbound"),
    ],
    one(503),
    { ...all("degraded 5XX 5.0 % ≥ 0 %"), service: "degraded 5xx 5.0 % ≥ 0.1 %" },
  ],
  [
    "Kiali's annotation in RE2's own words",
    [annotated("WorkloadGroup", "reviews-v1", "{ template: {} }", "5XX,0,50,(?i)HTTP,[[:alpha:]]+")],
    one(503),
    { workload: "degraded 5XX 5.0 % ≥ 0 %", edge: "degraded 5XX 5.0 % ≥ 0 %", service: "degraded 5xx 5.0 % ≥ 0.1 %" },
  ],
])("%s", (_, texts, traffic, expected) => expect(judged(texts, traffic)).toEqual(expected));

test("what holds for subjects that are asked for is not kept of all that ever were", () => {
  const { resources } = parseDocuments(policy("{ tolerances: [{ code: 5XX, failure: 4 }] }"));
  const tolerances = readTolerances({ resources, mesh: MESH });
  const ask = (name: string) => tolerances({ kind: "workload", namespace: "default", name });
  const first = ask("reviews-v1");
  expect(ask("reviews-v1")).toBe(first);
  for (let nth = 0; nth < 20_000; nth += 1) ask(`asked-${nth}`);
  expect(ask("reviews-v1")).not.toBe(first);
  expect(JSON.stringify(ask("reviews-v1"))).toBe(JSON.stringify(first));
});

test("an annotation is read at once, whatever its patterns are", () => {
  const { tolerances } = parseRateAnnotation("5XX,0,10,(?:.?){900}p,(?:(?:.?){20}){20}bound");
  expect(tolerances).toMatchObject([{ protocols: ["HTTP", "TCP"], direction: "Both" }]);
});

test.each([
  ["4XX,10,20,http,inbound;5XX,,,http,inbound", "are not percents from 0 to 100"],
  ["4XX,10,20,http", "is not CODE,DEGRADED,FAILURE,PROTOCOL,DIRECTION"],
  ["4(,10,20,http,inbound", "is not a regular expression"],
  ["4XX,10,20,udp,inbound", "means no protocol"],
  [" ", "is empty"],
  ["5XX,1,2,.*,.*;".repeat(65), "it has 65 parts, and 64 at most"],
  [`5XX,1,2,${".".repeat(4000)},.*`, "it is longer than 4000 characters"],
  [`5XX,1,2,${"(".repeat(30)}.*${")*".repeat(30)}!,inbound`, "means no protocol"],
])("the annotation %s is refused with the reason", (text, wrong) => {
  expect(parseRateAnnotation(text)).toMatchObject({ tolerances: [], wrong: expect.stringContaining(wrong) });
});
