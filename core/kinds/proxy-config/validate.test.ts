import { expect, test } from "vitest";
import { problems } from "#core/resource/testing/problems.ts";

const found = (spec: string): string[] =>
  problems(`apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: { name: a }\nspec: ${spec}\n`).map(
    (each) => each.replace(/ @.*/s, ""),
  );

test.each([
  ["{ concurrency: 0 }", []],
  ["{ concurrency: -1 }", ["error bad-value spec.concurrency"]],
  ["{ selector: { matchLabels: { app: a } }, environmentVariables: { A: b } }", []],
  ["{ selector: { matchLabels: { app: a } } }", ["warning no-effect spec"]],
  ["{ image: { imageType: distroless } }", ["error field-not-handled spec.image.imageType"]],
  [
    "{ environmentVariables: { LD_PRELOAD: /tmp/a.so } }",
    ["error value-not-handled spec.environmentVariables.LD_PRELOAD"],
  ],
  ["{ environmentVariables: { A-B: c } }", ["error bad-value spec.environmentVariables.A-B"]],
  ['{ environmentVariables: { A: "b\\n" } }', ["error bad-value spec.environmentVariables.A"]],
  ["{ environmentVariables: { ISTIO_META_X: a } }", ["warning no-effect spec.environmentVariables.ISTIO_META_X"]],
])("%s", (spec, expected) => {
  expect(found(spec)).toEqual(expected);
});

test("it is of the version that Istio has, and of no other", () => {
  expect(problems("apiVersion: networking.istio.io/v1\nkind: ProxyConfig\nmetadata: { name: a }\n")[0]).toContain(
    "unknown-version",
  );
});
