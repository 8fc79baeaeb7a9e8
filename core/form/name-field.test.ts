import { expect, test } from "vitest";
import { nameField, nameItem } from "#core/form/name-field.ts";

test.each([
  ["jwksUri", "JWKS URI"],
  ["maxEjectionPercent", "Max ejection percent"],
  ["jwks_uri", "JWKS URI"],
  ["consecutive5xxErrors", "Consecutive 5xx errors"],
  ["h2UpgradePolicy", "H2 upgrade policy"],
])("%s is shown as %s", (name, shown) => {
  expect(nameField(name)).toBe(shown);
});

test.each([
  ["JWT rules", "JWT rule"],
  ["Config patches", "Config patch"],
  ["Egress", "Egress"],
  ["Match", "Match"],
  ["Policies", "Policy"],
])("one of %s is a %s", (several, one) => {
  expect(nameItem(several)).toBe(one);
});
