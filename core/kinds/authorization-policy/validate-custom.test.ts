import { expect, test } from "vitest";
import { problems, resource } from "#core/resource/testing/problems.ts";

test.each([
  ["{ action: CUSTOM, provider: { name: a }, rules: [{}] }", []],
  ["{ action: CUSTOM, provider: { name: a }, rules: [{ to: [{ operation: { paths: [/a] } }] }] }", []],
  ["{ action: CUSTOM, provider: { name: a }, rules: [{ from: [{ source: { ipBlocks: [10.0.0.0/8] } }] }] }", []],
  ["{ action: CUSTOM, provider: { name: a } }", ["error missing-field spec"]],
  ["{ action: CUSTOM, rules: [{}] }", ["error missing-field spec"]],
  ["{ action: CUSTOM, provider: { name: '' }, rules: [{}] }", ["error missing-field spec.provider.name"]],
  ["{ provider: { name: a }, rules: [{}] }", ["error conflicting-fields spec.provider"]],
  [
    "{ action: CUSTOM, provider: { name: a }, rules: [{ from: [{ source: { principals: [b] } }] }] }",
    ["error conflicting-fields spec.rules[0].from[0].source.principals"],
  ],
  [
    "{ action: CUSTOM, provider: { name: a }, rules: [{ when: [{ key: 'request.auth.claims[a]', values: [b] }] }] }",
    ["error conflicting-fields spec.rules[0].when[0].key"],
  ],
])("%s", (spec, expected) => {
  const found = problems(resource("AuthorizationPolicy", spec));
  expect(found.map((each) => each.replace(/ @.*/s, ""))).toEqual(expected);
});
