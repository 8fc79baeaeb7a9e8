import { expect, test } from "vitest";
import { explainFlags } from "#components/topology/explain-flags.ts";

test.each([
  ["-", ""],
  ["", ""],
  ["UF", "connection to the upstream failed (UF)"],
  ["UF,URX", "connection to the upstream failed (UF), retries used up (URX)"],
  ["XX", "XX"],
])("%j means %j", (flags, meaning) => {
  expect(explainFlags(flags)).toBe(meaning);
});
