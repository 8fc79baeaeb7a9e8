import { expect, test } from "vitest";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const at = storeCase(openDuckdb);

test("Prometheus reads Istio's names and labels, and each series once", async () => {
  await at.take(
    reportOf(1, [
      toReviews(START, 5),
      toReviews(START, 2, { deniedBy: "none", code: 403 }),
      toReviews(START, 2, { deniedBy: "ns[a]-policy[b]-rule[0]", code: 403 }),
    ]),
    PRODUCTPAGE,
  );
  const lines = [...at.running.metrics.text()].join("").split("\n");
  const requests = lines.filter((line) => line.startsWith("istio_requests_total{"));
  expect(requests).toHaveLength(2);
  expect(requests.find((line) => line.includes('response_code="403"'))?.endsWith(" 4")).toBe(true);
  expect(requests[0]).toContain('reporter="source",source_workload="productpage-v1"');
  expect(
    lines
      .find(
        (line) =>
          line.startsWith("istio_request_duration_milliseconds_bucket{") &&
          line.includes('le="10"') &&
          line.includes('response_code="200"'),
      )
      ?.endsWith(" 5"),
  ).toBe(true);
  const names = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  expect(new Set(names).size).toBe(names.length);
});
