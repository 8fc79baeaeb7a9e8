import { expect, test } from "vitest";
import { spellPrincipal, spellTrustDomain, trustDomainsOf } from "#core/identity/trust-domains.ts";

const DOMAINS = trustDomainsOf({ trustDomain: "new" }, { trustDomainAliases: ["old", "new"] });

test.each([
  ["cluster.local/ns/a/sa/b", ["new/ns/a/sa/b", "old/ns/a/sa/b"]],
  ["old/ns/a/*", ["new/ns/a/*", "old/ns/a/*"]],
  ["new/ns/a/sa/b", ["new/ns/a/sa/b", "old/ns/a/sa/b"]],
  ["other/ns/a/sa/b", ["other/ns/a/sa/b"]],
  ["*", ["*"]],
  ["*/sa/b", ["*/sa/b"]],
  ["new", ["new"]],
])("%s is %j", (written, spelled) => {
  expect(spellPrincipal(written, DOMAINS)).toEqual(spelled);
});

test.each([
  ["old", ["new", "old"]],
  ["other", ["other"]],
  ["ol*", ["ol*"]],
])("of trust domains %s is %j", (written, spelled) => {
  expect(spellTrustDomain(written, DOMAINS)).toEqual(spelled);
});
