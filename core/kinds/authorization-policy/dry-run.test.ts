import { expect, test } from "vitest";
import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { problems, resource } from "#core/resource/testing/problems.ts";

const policy = (value: string, spec = "{ rules: [{}] }") =>
  resource("AuthorizationPolicy", spec, `{ name: a, annotations: { istio.io/dry-run: ${value} } }`);

test.each([
  ['"true"', true, "info dry-run"],
  ['"1"', true, "info dry-run"],
  ['"false"', false, undefined],
])("%s: only tried is %s, and it is said", (value, expected, said) => {
  const [only] = parseDocuments(policy(value)).resources;
  expect(only === undefined ? undefined : isDryRun(only)).toBe(expected);
  expect(problems(policy(value))[0]?.split(" ").slice(0, 2).join(" ")).toBe(said);
});

test("what is neither, and what would ask a provider, is refused", () => {
  expect(problems(policy('"maybe"'))[0]).toContain("error bad-value metadata.annotations");
  const custom = policy('"true"', "{ action: CUSTOM, provider: { name: a }, rules: [{}] }");
  expect(problems(custom)[0]).toContain("error annotation-not-handled metadata.annotations");
});
