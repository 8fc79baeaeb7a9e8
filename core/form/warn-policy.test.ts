import { expect, test } from "vitest";
import { type PolicyAction, readPolicyForm } from "#core/form/policy-form.ts";
import { type PolicyTarget, warnPolicy } from "#core/form/warn-policy.ts";

const DETAILS: PolicyTarget = { name: "details", mtls: "permissive", otherAllows: [], isRootNamespace: false };
const TRIED = { "istio.io/dry-run": "true" };
const NAMED = [{ from: [{ source: { principals: ["cluster.local/ns/bookinfo/sa/productpage"] } }] }];

function warned(action: PolicyAction, rules: readonly object[], annotations = {}): string[] {
  const document = {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "p", namespace: "bookinfo", annotations },
    spec: { action, rules },
  };
  return warnPolicy(readPolicyForm(document), DETAILS).map(({ message }) => message);
}

test.each<[PolicyAction, string]>([
  ["ALLOW", "it is never allowed by it"],
  ["DENY", "it is not refused by this policy"],
  ["AUDIT", "its calls are not noted"],
  ["CUSTOM", "its calls pass, and the provider is not asked"],
])("what becomes of a caller without mTLS is told by what %s does", (action, fate) => {
  expect(warned(action, NAMED)).toContain(
    `details also takes plaintext, and a caller without mTLS has no identity: ${fate}.`,
  );
});

test.each<[PolicyAction, readonly object[]]>([
  ["DENY", [{}]],
  ["ALLOW", [{}]],
  ["ALLOW", [{ to: [{ operation: { methods: ["GET"] } }] }]],
])("a policy %s %j warns of what it does, and of nothing while it is only tried", (action, rules) => {
  expect(warned(action, rules)).toHaveLength(1);
  expect(warned(action, rules, TRIED)).toEqual([]);
});

test.each<PolicyAction>(["ALLOW", "DENY"])("%s by identities, only tried, refuses and allows nobody", (action) => {
  const said = warned(action, NAMED, TRIED).join(" ");
  expect(said).toContain("no rule that names identities is tried on it");
  expect(said).not.toMatch(/refused|allowed/);
});
