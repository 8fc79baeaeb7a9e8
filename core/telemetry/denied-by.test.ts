import { expect, test } from "vitest";
import { nameDenial, parseDeniedBy } from "#core/telemetry/denied-by.ts";

test.each([
  [
    "a DENY rule",
    "rbac_access_denied_matched_policy[ns[default]-policy[deny-it]-rule[0]]",
    "ns[default]-policy[deny-it]-rule[0]",
    "AuthorizationPolicy/default/deny-it",
  ],
  ["no ALLOW rule", "rbac_access_denied_matched_policy[none]", "none", "no ALLOW policy matched"],
  ["a refusal by the application", "via_upstream", "", ""],
  ["a header that looks like one", "direct_response rbac_access_denied_matched_policy[x]", "", ""],
])("reads the policy of %s", (_, details, deniedBy, name) => {
  expect(parseDeniedBy(details)).toBe(deniedBy);
  expect(nameDenial(deniedBy)).toBe(name);
});
