import { expect, test } from "vitest";
import { formatPolicyName, parsePolicyName } from "#core/xds/policy-name.ts";

test("what is named is read back", () => {
  const name = formatPolicyName("default", "reviews", 12);
  expect(name).toBe("ns[default]-policy[reviews]-rule[12]");
  expect(parsePolicyName(name)).toEqual({ namespace: "default", name: "reviews", rule: 12 });
});

test.each([
  ["ns[default]-policy[reviews]", { namespace: "default", name: "reviews", rule: undefined }],
  ["none", undefined],
  ["", undefined],
  ["ns[default]-policy[reviews]-rule[x]", undefined],
  ["a ns[default]-policy[reviews]-rule[0]", undefined],
  ["mtls[plaintext]-policy[default/reviews]", undefined],
])("%s", (text, expected) => {
  expect(parsePolicyName(text)).toEqual(expected);
});
