import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { bucketOf } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { packHistogram } from "#core/telemetry/histogram.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { compareTraffic } from "#core/traffic/compare-traffic.ts";
import { describeDifference } from "#core/traffic/describe-difference.ts";

const SECONDS = 300;
const MESH = { trustDomain: "mesh.test", domainSuffix: "cluster.local", rootNamespace: "istio-system" };

function row(from: string, to: string, count: number, ms: number, labels: Partial<TrafficKey> = {}): TrafficRow {
  const key: TrafficKey = {
    ...NOBODY,
    reporter: "source",
    ...{ sourceWorkload: `${from}-v1`, sourceNamespace: "default", sourceApp: from, sourceVersion: "v1" },
    ...{ destinationWorkload: `${to}-v1`, destinationNamespace: "default", destinationApp: to },
    ...{ destinationVersion: "v1", destinationService: `${to}.default.svc.cluster.local`, destinationPort: 80 },
    ...{ responseCode: 200, security: "mutual_tls" },
    ...labels,
  };
  const durations = packHistogram([[bucketOf(ms), count]]);
  return { key, count, opened: 0, requestBytes: 0, responseBytes: 0, durationSumMs: 0, durations };
}

const routing = parseDocuments(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ratings, namespace: default }
spec:
  hosts: [ratings]
  http: [{ route: [{ destination: { host: ratings } }] }]
`).resources[0] as AnyResource;

function compare(before: readonly TrafficRow[], after: readonly TrafficRow[]) {
  return compareTraffic({
    changes: [{ before: undefined, after: routing }],
    ...{ resources: [routing], instances: [], mesh: MESH as never },
    before: { rows: before, seconds: SECONDS },
    after: { rows: after, seconds: SECONDS },
  });
}
const told = (before: readonly TrafficRow[], after: readonly TrafficRow[]) =>
  compare(before, after).findings.map((each) => `${each.isWorse} ${describeDifference(each)}`);

const FAIL = { responseCode: 503 };

test.each<[string, TrafficRow[], TrafficRow[], (string | RegExp)[]]>([
  ["what is as before is not told", [row("reviews", "ratings", 1000, 10)], [row("reviews", "ratings", 1010, 10)], []],
  [
    "what became slower is",
    [row("reviews", "ratings", 1000, 12)],
    [row("reviews", "ratings", 1000, 37)],
    [/^true p95 of reviews → ratings ×[23]\.\d \(/],
  ],
  [
    "what became faster is no complaint",
    [row("reviews", "ratings", 1000, 37)],
    [row("reviews", "ratings", 1000, 12)],
    [/^false p95 of reviews → ratings ×0\.\d+ \(/],
  ],
  [
    "of few the middle is compared, not the slowest",
    [row("reviews", "ratings", 60, 12)],
    [row("reviews", "ratings", 60, 37)],
    [/^true p50 of reviews → ratings/],
  ],
  [
    "failures are told first",
    [row("reviews", "ratings", 1000, 12)],
    [row("reviews", "ratings", 900, 37), row("reviews", "ratings", 100, 37, FAIL)],
    ["true failures of reviews → ratings from 0 % to 10 %", /^true p95/],
  ],
  [
    "one failure more is chance",
    [row("reviews", "ratings", 99, 12), row("reviews", "ratings", 1, 12, FAIL)],
    [row("reviews", "ratings", 97, 12), row("reviews", "ratings", 3, 12, FAIL)],
    [],
  ],
  [
    "refusals are no failures",
    [row("reviews", "ratings", 1000, 12)],
    [row("reviews", "ratings", 1000, 12, { responseCode: 403, deniedBy: "ns[default]-policy[no]-rule[0]" })],
    ["true refused of reviews → ratings from 0 % to 100 %"],
  ],
  [
    "requests that ended",
    [row("reviews", "ratings", 300, 12)],
    [],
    ["null requests of reviews → ratings ended, 1.0/s before"],
  ],
  [
    "what the change does not bear on may be as it likes",
    [row("reviews", "details", 1000, 12)],
    [row("reviews", "details", 1000, 90)],
    [],
  ],
])("%s", (_, before, after, expected) => {
  const found = told(before, after);
  expect(found).toHaveLength(expected.length);
  for (const [at, line] of expected.entries()) expect(found[at]).toMatch(line);
});

test.each<[string | null, number, number]>([
  ["no requests", 0, 0],
  ["no requests before it", 0, 400],
  ["too few requests", 40, 400],
  ["too few requests", 400, 40],
  [null, 400, 400],
])("with %s it says so", (silence, before, after) => {
  const rows = (count: number) => (count === 0 ? [] : [row("reviews", "ratings", count, 12)]);
  expect(compare(rows(before), rows(after)).silence).toBe(silence);
});

test("versions of a caller are one, and both ends' words of one request too", () => {
  const other = { sourceWorkload: "reviews-v2", sourceVersion: "v2" };
  const rows = [
    row("reviews", "ratings", 100, 12),
    row("reviews", "ratings", 100, 12, { reporter: "destination" }),
    row("reviews", "ratings", 50, 12, other),
  ];
  expect(compare(rows, rows).traffic).toMatchObject([
    { caller: "default/reviews", called: "ratings.default.svc.cluster.local", before: { requests: 150 } },
  ]);
});
