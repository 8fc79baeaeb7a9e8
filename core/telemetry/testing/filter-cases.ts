import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";

/** Their times begin with 0. */
export const FILTERED_REQUESTS: readonly RequestRecord[] = [
  requestCase({ id: "0", startMs: 0, durationMs: 10, weight: 4 }),
  requestCase({ id: "1", startMs: 1, durationMs: 400, class: "slow", path: "/a%b_c", traceId: "a".repeat(16) }),
  requestCase({ id: "2", startMs: 1, responseCode: 503, responseFlags: "UF", class: "error", subset: "v2" }),
  requestCase({
    id: "3",
    startMs: 60_000,
    responseCode: 403,
    class: "denied",
    policy: "AuthorizationPolicy/a/b",
  }),
  requestCase({ id: "4", startMs: 60_000, durationMs: 20, sourceWorkload: 'a "b", c', revision: 7 }),
];

/** Filters, and which of these requests they find: in a store, and as they happen. */
export const FILTER_CASES: readonly (readonly [string, readonly string[]])[] = [
  ["", ["0", "1", "2", "3", "4"]],
  ["code:503", ["2"]],
  ["code:503,403", ["2", "3"]],
  ["-code:2xx", ["2", "3"]],
  ["duration:>10", ["1", "4"]],
  ["duration:10..20", ["0", "4"]],
  ["policy:none", ["0", "1", "2", "4"]],
  ["-policy:none", ["3"]],
  ["policy:*/a/*", ["3"]],
  ["-subset:v2", ["0", "1", "3", "4"]],
  ["revision:none", ["0", "1", "2", "3"]],
  ["revision:7", ["4"]],
  ["path:/a%b_c", ["1"]],
  ["path:/a%*", ["1"]],
  ["path:/_*", []],
  ["service:reviews", ["0", "1", "2", "3", "4"]],
  ["service:review", []],
  ["service:reviews.default code:403", ["3"]],
  [`trace:${"a".repeat(16)}`, ["1"]],
  ['caller:"a \\"b\\", c"', ["4"]],
  ["authorizationpolicy", ["3"]],
  ["-authorizationpolicy class:ok", ["0", "4"]],
  ["'; DROP TABLE requests; --", []],
];
