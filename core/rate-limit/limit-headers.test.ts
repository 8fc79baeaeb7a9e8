import { expect, test } from "vitest";
import { limitHeaders, refusalHeaders, type ToldLimit } from "#core/rate-limit/limit-headers.ts";

const told = (name: string, amount: number, more: Partial<ToldLimit> = {}, sends = "standard"): ToldLimit => ({
  rule: {
    policy: "shop/policy",
    name,
    limit: { amount, perMs: 10_000 },
    unit: "Requests",
    sendsStandardHeaders: sends === "standard" || sends === "both",
    sendsXHeaders: sends === "x" || sends === "both",
  },
  isAdmitted: true,
  retryMs: 0,
  ...more,
});
const refused = (retryMs: number): Partial<ToldLimit> => ({ isAdmitted: false, retryMs });

test.each<[string, ToldLimit[], [string, string][]]>([
  ["nothing is told where nothing counts", [], []],
  ["a rule that sends none is silent", [told("a", 5, {}, "off")], []],
  [
    "all rules that let a request by stand in one list",
    [told("a", 5), told("b", 7)],
    [["ratelimit-policy", '"a";q=5;w=10, "b";q=7;w=10']],
  ],
  [
    "who is refused is told when it may come again, in whole seconds, at least one",
    [told("a", 5, refused(1))],
    [
      ["ratelimit-policy", '"a";q=5;w=10'],
      ["ratelimit", '"a";r=0;t=1'],
      ["retry-after", "1"],
    ],
  ],
  [
    "who is let by is told what is left, where that is known",
    [told("a", 5, { left: 3 }, "both"), told("b", 7)],
    [
      ["ratelimit-policy", '"a";q=5;w=10, "b";q=7;w=10'],
      ["ratelimit", '"a";r=3'],
      ["x-ratelimit-limit", "5"],
      ["x-ratelimit-remaining", "3"],
    ],
  ],
  ...(["missing-key", "cost-above-limit"] as const).map((because): [string, ToldLimit[], [string, string][]] => [
    `nobody is told to wait, or what is left, where it is for good: ${because}`,
    [told("a", 5, { ...refused(9000), because }, "both")],
    [
      ["ratelimit-policy", '"a";q=5;w=10'],
      ["x-ratelimit-limit", "5"],
    ],
  ]),
  [
    "a part of a second is one more",
    [told("a", 5, refused(2001), "x")],
    [
      ["x-ratelimit-limit", "5"],
      ["x-ratelimit-remaining", "0"],
      ["x-ratelimit-reset", "3"],
      ["retry-after", "3"],
    ],
  ],
  [
    "X-RateLimit-Limit is that of the lowest rate",
    [told("a", 9, {}, "x"), told("b", 3, {}, "x"), told("c", 1)],
    [
      ["ratelimit-policy", '"c";q=1;w=10'],
      ["x-ratelimit-limit", "3"],
    ],
  ],
  [
    "a rule that sends none still says when to come again",
    [told("a", 5, refused(4000), "off")],
    [["retry-after", "4"]],
  ],
])("%s", (_, of, fields) => {
  expect(limitHeaders(of)).toEqual(fields);
});

test.each([
  ["Bytes", '"a";q=5;qu="content-bytes";w=10'],
  ["Concurrent", '"a";q=5;qu="concurrent-requests"'],
] as const)("what is counted in %s says so", (unit, policy) => {
  const one = told("a", 5);
  expect(limitHeaders([{ ...one, rule: { ...one.rule, unit } }])).toEqual([["ratelimit-policy", policy]]);
});

test("what is left of a quota that goes on when it is used up is no number that anybody is told", () => {
  const one = told("a", 5, { left: 9_007_199_254_740_990 }, "both");
  const limit = { ...one.rule.limit, ledger: { isOpen: true } };
  expect(limitHeaders([{ ...one, rule: { ...one.rule, limit } }])).toEqual([
    ["ratelimit-policy", '"a";q=5;w=10'],
    ["x-ratelimit-limit", "5"],
  ]);
});

test("who is refused for want of an answer is told to come again, and nothing of the rule", () => {
  const away = told("a", 5, { ...refused(0), because: "uncoordinated" }, "both");
  expect(refusalHeaders(away, [["x-why", "plan"]])).toEqual([["retry-after", "1"]]);
});
