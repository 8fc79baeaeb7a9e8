import { expect, test } from "vitest";
import { formField } from "#core/form/form-field.ts";

test.each([
  ["bounds and unit of a number", ["fault", "delay", "percentage", "value"], { min: 0, max: 100, unit: "percent" }],
  ["bounds of a status", ["fault", "abort", "httpStatus"], { min: 200, max: 599 }],
  ["an example of a duration", ["retries", "perTryTimeout"], { hint: "such as 5s or 250ms" }],
  ["its own hint", ["retries", "retryOn"], { hint: "5xx, connect-failure, …" }],
])("a form shows %s as the schema has them", (_name, path, expected) => {
  expect(formField("VirtualService", ["spec", "http", 0, ...path])).toMatchObject(expected);
});

test("values of an enum that are handled, each with what it means", () => {
  expect(formField("PeerAuthentication", ["spec", "mtls", "mode"]).options[0]).toEqual({
    value: "STRICT",
    label: "Strict",
    description: "only mTLS: plaintext is refused",
  });
  expect(formField("AuthorizationPolicy", ["spec", "action"]).options.map(({ value }) => value)).toEqual([
    "ALLOW",
    "DENY",
    "AUDIT",
    "CUSTOM",
  ]);
});

test.each([["nosuch"], ["namespaces"]])("a form that asks for %s is wrong", (name) => {
  expect(() => formField("AuthorizationPolicy", ["spec", name])).toThrow(
    `AuthorizationPolicy has no field spec.${name}`,
  );
});
