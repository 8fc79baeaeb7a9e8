import { expect, test } from "vitest";
import { describeOutcome, formatOutcomes } from "#cli/commands/describe-outcome.ts";
import type { OutcomeView } from "#core/view/simulation.ts";

const BASE: OutcomeView = {
  share: 1,
  status: null,
  flags: "",
  details: "",
  by: "application",
  cluster: "outbound|9080||reviews",
  endpoints: [{ address: "10.0.0.5", port: 9080, workload: "reviews-v1;default;reviews;v1", locality: "" }],
  endpointCount: 3,
  security: "mutual TLS",
  request: null,
  response: [],
  delayMs: 0,
  hops: [],
};

test.each<[string, Partial<OutcomeView>, string]>([
  ["a workload", {}, "goes to reviews-v1 in default at 10.0.0.5:9080 and 2 more, over mutual TLS"],
  [
    "what a proxy refuses",
    { by: "called", status: 403, details: "rbac_access_denied_matched_policy[none]" },
    "is answered 403 by the called proxy: rbac_access_denied_matched_policy[none]",
  ],
  [
    "a redirect",
    { by: "caller", status: 301, details: "direct_response", response: [["location", "https://a/"]] },
    "is answered 301 by the caller's proxy, to https://a/: direct_response",
  ],
  ["a connection", { by: "called", flags: "NR", details: "x" }, "is closed NR by the called proxy: x"],
  ["a delay", { delayMs: 5000, endpoints: [], security: null }, "goes to outbound|9080||reviews, after 5000 ms"],
])("says of %s what becomes of it", (_, over, expected) => {
  expect(describeOutcome({ ...BASE, ...over })).toBe(expected);
});

test("says how much is not told of", () => {
  expect(formatOutcomes({ outcomes: [], leftOut: 0.25 })).toBe("    25 %  goes in more ways than are followed\n");
});
