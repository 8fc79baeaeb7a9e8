import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { formatTags } from "#core/telemetry/written-tags.ts";
import { MetricExport } from "#server/telemetry/query/metric-export.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const at = storeCase(openDuckdb);

function exportBy(overrides: string): void {
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: t, namespace: default }\nspec: { metrics: [{ overrides: ${overrides} }] }\n`,
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const mesh = {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 0,
  };
  const snapshot = { revision: 1, mesh, resources, instances: [] };
  const exported = new MetricExport(() => snapshot);
  at.running.metrics.exportBy((key) => exported.rulesFor(key));
}

const shown = (name: string): string[] =>
  [...at.running.metrics.text()]
    .join("")
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`));

async function count(): Promise<void> {
  const windows = [toReviews(START, 5), toReviews(START, 2, { code: 403 }), toReviews(START, 1, { code: 503 })];
  await at.take(reportOf(1, windows), PRODUCTPAGE);
}

test("a metric that is disabled for callers is not shown, and comes back with all that was counted", async () => {
  await count();
  exportBy("[{ match: { metric: REQUEST_COUNT, mode: CLIENT }, disabled: true }]");
  expect(shown("istio_requests_total")).toEqual([]);
  expect(shown("istio_request_bytes_count")).toHaveLength(3);
  // The called are not meant, and say nothing here.
  exportBy("[{ match: { metric: REQUEST_COUNT, mode: SERVER }, disabled: true }]");
  expect(shown("istio_requests_total")).toHaveLength(3);
  // The graph counts as before.
  const { edges } = await at.running.queries.graph({ view: "workload", startMs: START, endMs: START + 20_000 });
  expect(edges.length).toBeGreaterThan(0);
});

test("series that a removed label told apart are one, and add up", async () => {
  await count();
  exportBy(
    "[{ tagOverrides: { response_code: { operation: REMOVE }, response_flags: { operation: REMOVE }, grpc_response_status: { operation: REMOVE } } }]",
  );
  const [only, ...more] = shown("istio_requests_total");
  expect(more).toEqual([]);
  expect(only).toMatch(/ 8$/);
  expect(only).not.toContain("response_code");
  const [buckets] = shown("istio_request_duration_milliseconds_count");
  expect(buckets).toMatch(/ 8$/);
});

test("a label has the value of its expression, and unknown where that comes to none", async () => {
  await count();
  exportBy(
    `[{ tagOverrides: { class: { value: "response.code >= 500 ? 'bad' : 'good'" }, peer: { value: downstream_peer.app } } }]`,
  );
  const lines = shown("istio_requests_total");
  expect(lines.map((line) => /class="(\w+)"/.exec(line)?.[1]).sort()).toEqual(["bad", "good", "good"]);
  expect(lines.every((line) => line.includes('peer="unknown"'))).toBe(true);
});

test("a label has what the proxy wrote of the request, by the expression that asks for it", async () => {
  const tags = formatTags([
    ["request.host", "reviews"],
    ["request.method", "GET"],
  ]);
  await at.take(reportOf(1, [toReviews(START, 5, { tags }), toReviews(START, 2)]), PRODUCTPAGE);
  exportBy("[{ tagOverrides: { request_host: { value: request.host }, scheme: { value: request.scheme } } }]");
  const lines = shown("istio_requests_total");
  expect(lines.map((line) => /request_host="(\w+)".* (\d+)$/.exec(line)?.slice(1)).sort()).toEqual([
    ["reviews", "5"],
    ["unknown", "2"],
  ]);
  expect(lines.every((line) => line.includes('scheme="unknown"'))).toBe(true);
  // A metric without the label has one series of both.
  exportBy("[{ match: { metric: REQUEST_COUNT }, tagOverrides: { request_host: { value: request.host } } }]");
  expect(shown("istio_requests_total")).toHaveLength(2);
  const [size, ...more] = shown("istio_request_bytes_count");
  expect(more).toEqual([]);
  expect(size).toMatch(/ 7$/);
});

test("labels of workloads that change are followed, and what is said is read once for as long as it stands", () => {
  const { resources } = parseDocuments(
    `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: t, namespace: default }\nspec: { selector: { matchLabels: { tier: web } }, metrics: [{ overrides: [{ disabled: true }] }] }\n`,
  );
  let reads = 0;
  const counted = new Proxy([...resources], {
    get(target, name, receiver) {
      if (name === "filter" || name === Symbol.iterator) reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  const mesh = { trustDomain: "x", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
  const at = (tier: string): Snapshot => {
    const rest = { workload: "shop-v1", serviceAccount: "shop", address: "127.0.0.1", ports: [], locality: "" };
    const instance = { namespace: "default", name: "shop-0", labels: { tier }, health: "healthy", weight: 1 } as const;
    return { revision: 1, mesh, resources: counted, instances: [{ ...rest, ...instance }] };
  };
  let snapshot = at("web");
  const exported = new MetricExport(() => snapshot);
  const key = { ...NOBODY, reporter: "source" as const, sourceNamespace: "default", sourceWorkload: "shop-v1" };
  const isDisabled = (): boolean => {
    const rules = exported.rulesFor(key);
    return rules !== undefined && rules !== "none" && rules.get("REQUEST_COUNT")?.isDisabled === true;
  };
  expect(isDisabled()).toBe(true);
  const before = reads;
  for (let id = 0; id < 50; id += 1) exported.rulesFor({ ...key, sourceWorkload: `w${id}` });
  snapshot = at("data");
  expect(isDisabled()).toBe(false);
  snapshot = at("web");
  expect(isDisabled()).toBe(true);
  expect(before).toBeGreaterThan(0);
  expect(reads).toBe(before);
});
