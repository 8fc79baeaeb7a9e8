import { expect, test } from "vitest";
import { proposePolicyName } from "#core/form/new-policy.ts";

const PAGE = "cluster.local/ns/default/sa/productpage";

test.each([
  ["one caller", [PAGE], [], "deny-productpage-to-details"],
  ["several callers", [PAGE, "cluster.local/ns/default/sa/reviews"], [], "deny-details"],
  ["nobody yet", [], [], "deny-details"],
  ["a pattern", ["*"], [], "deny-details"],
  ["a name that is taken", [], ["deny-details"], "deny-details-2"],
] as const)("proposes a name for %s", (_, principals, takenNames, expected) => {
  expect(proposePolicyName({ action: "DENY", targetName: "details", principals, takenNames })).toBe(expected);
});
