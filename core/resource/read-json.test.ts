import { expect, test } from "vitest";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

function read(value: string) {
  const { resources, diagnostics } = parseDocuments(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: a, namespace: b }
spec: { configPatches: [{ applyTo: CLUSTER, patch: { operation: MERGE, value: ${value} } }] }
`);
  const [found] = ofKind(resources, "EnvoyFilter");
  return {
    value: found?.spec.configPatches?.[0]?.patch.value,
    problems: diagnostics.map(({ code, path = [] }) => `${code} ${formatPath(path).replace(/^.*patch\.value/, "")}`),
  };
}

test("what is somebody else's to know is kept as it is written, aliases followed", () => {
  const text = '{ a: &x { b: [1, "2", true, null, -0.5] }, c: *x, d: {}, e: null, f: "" }';
  const b = [1, "2", true, null, -0.5];
  expect(read(text)).toEqual({ value: { a: { b }, c: { b }, d: {}, e: null, f: "" }, problems: [] });
});

test("no name of it is another's than its own", () => {
  const { value } = read('{ "__proto__": { a: 1 } }');
  expect(Object.entries(value ?? {})).toEqual([["__proto__", { a: 1 }]]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test.each([
  ["[]", "wrong-type "],
  ["a", "wrong-type "],
  ["{ a: .inf }", "wrong-type .a"],
  ['{ a: ["b\\0"] }', "bad-value .a[0]"],
])("what JSON does not have is refused with its place: %s", (text, problem) => {
  expect(read(text).problems).toEqual([problem]);
});
