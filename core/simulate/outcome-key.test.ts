import { expect, test } from "vitest";
import type { Outcome } from "#core/simulate/outcome.ts";
import { isSameOutcomes, outcomeKey } from "#core/simulate/outcome-key.ts";

const REACHED: Outcome = {
  share: 1,
  status: null,
  flags: "",
  details: "",
  by: "application",
  cluster: "outbound|9080||reviews.default.svc.cluster.local",
  endpoints: [{ address: "10.0.0.5", port: 9080, workload: "reviews-v1;default;reviews;v1", locality: "" }],
  endpointCount: 1,
  security: "mutual TLS",
  request: [[":path", "/"]],
  response: [],
  delayMs: 0,
  hops: [],
};

const CHANGES: readonly Partial<Outcome>[] = [
  { security: "plain text" },
  { cluster: "outbound|9080|v1|reviews.default.svc.cluster.local" },
  { endpointCount: 2 },
  { endpoints: [{ address: "10.0.0.5", port: 9080, workload: undefined, locality: "" }] },
  { share: 0.9 },
  { status: 403 },
  { flags: "UH" },
  { details: "no_healthy_upstream" },
  { by: "outside" },
  { request: null },
  { response: [["location", "/"]] },
  { delayMs: 5 },
];

test.each(CHANGES)("%j alone is a difference", (change) => {
  expect(outcomeKey({ ...REACHED, ...change })).not.toBe(outcomeKey(REACHED));
  const changed = { outcomes: [{ ...REACHED, ...change }], leftOut: 0 };
  expect(isSameOutcomes({ outcomes: [REACHED], leftOut: 0 }, changed)).toBe(false);
});

test("steps, the order of members and of equal outcomes, and what is lost in adding are none", () => {
  const { flags, ...others } = REACHED;
  const same = { ...others, share: 0.1 + 0.2 + 0.7, flags, hops: [{ proxy: "a", side: "caller" as const, steps: [] }] };
  expect(outcomeKey(same)).toBe(outcomeKey(REACHED));
  const half = { ...REACHED, share: 0.5 };
  const other = { ...half, cluster: "outbound|80||b" };
  expect(isSameOutcomes({ outcomes: [half, other], leftOut: 0 }, { outcomes: [other, half], leftOut: 0 })).toBe(true);
  expect(isSameOutcomes({ outcomes: [half], leftOut: 0 }, { outcomes: [half], leftOut: 0.5 })).toBe(false);
});
