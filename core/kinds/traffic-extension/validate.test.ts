import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const SHA = "0a".repeat(32);

function told(kind: "WasmPlugin" | "TrafficExtension", spec: object): string[] {
  const { diagnostics } = parseDocuments(
    JSON.stringify({ apiVersion: "extensions.istio.io/v1alpha1", kind, metadata: { name: "a" }, spec }),
  );
  return diagnostics.map(({ severity, code, path = [] }) => `${severity} ${code} ${path.join(".")}`);
}

test.each<readonly [object, readonly string[]]>([
  [{ url: "https://m.example.com/a.wasm", sha256: SHA }, []],
  [{ url: "file:///opt/a.wasm" }, []],
  [{ url: "https://m.example.com/a.wasm" }, ["error needs-field spec.sha256"]],
  [{ url: "http://m.example.com/a.wasm", sha256: "" }, ["error needs-field spec.sha256"]],
  [{ url: "file:///opt/a.wasm", sha256: SHA }, ["warning no-effect spec.sha256"]],
  [{ url: "file://opt/a.wasm" }, ["error bad-value spec.url"]],
  [{ url: "oci://registry.example.com/a:v1" }, ["error value-not-handled spec.url"]],
  [{ url: "registry.example.com/a:v1" }, ["error value-not-handled spec.url"]],
  [{ url: "ftp://m.example.com/a.wasm", sha256: SHA }, ["error bad-value spec.url"]],
  [{ url: "https://m.example.com/a.wasm", sha256: SHA.toUpperCase() }, ["error bad-value spec.sha256"]],
  [{ url: "file:///a.wasm", imagePullPolicy: "Always" }, ["warning field-ignored spec.imagePullPolicy"]],
  [{ url: "file:///a.wasm", imagePullSecret: "a" }, ["error field-not-handled spec.imagePullSecret"]],
  [
    { url: "file:///a.wasm", vmConfig: { env: [{ name: "A" }, { name: "A", value: "b" }] } },
    ["error duplicate-value spec.vmConfig.env.1.name"],
  ],
  [
    { url: "file:///a.wasm", vmConfig: { env: [{ name: "A", valueFrom: "HOST", value: "b" }] } },
    ["error conflicting-fields spec.vmConfig.env.0.value"],
  ],
  [
    { url: "file:///a.wasm", match: [{ ports: [{ number: 80 }, { number: 80 }] }] },
    ["error duplicate-value spec.match.0.ports.1.number"],
  ],
])("a WasmPlugin with %j", (spec, expected) => expect(told("WasmPlugin", spec)).toEqual(expected));

test.each<readonly [object, readonly string[]]>([
  [{ lua: { inlineCode: "-- nothing" } }, []],
  [{ lua: { inlineCode: "h:httpCall('sds-grpc', {})" } }, ["error value-not-handled spec.lua.inlineCode"]],
  [{ wasm: { url: "https://m.example.com/a.wasm" } }, ["error needs-field spec.wasm.sha256"]],
])("a TrafficExtension with %j", (spec, expected) => expect(told("TrafficExtension", spec)).toEqual(expected));

test.each([
  ["https://m.example.com/a-1.0.wasm", "`curl -fsSL https://m.example.com/a-1.0.wasm | sha256sum`"],
  ["https://m.example.com/a?b&c=$(d)'e", "`curl -fsSL 'https://m.example.com/a?b&c=$(d)%27e' | sha256sum`"],
])("what is to be run for the sum of %s is that address alone, whatever stands in it", (url, command) => {
  const { diagnostics } = parseDocuments(
    JSON.stringify({
      apiVersion: "extensions.istio.io/v1alpha1",
      kind: "WasmPlugin",
      metadata: { name: "a" },
      spec: { url },
    }),
  );
  expect(diagnostics.map(({ hint }) => hint)).toEqual([expect.stringContaining(command)]);
});

test.each([{}, { lua: { inlineCode: "--" }, wasm: { url: "file:///a.wasm" } }])(
  "a TrafficExtension runs one of both (%j)",
  (spec) => expect(told("TrafficExtension", spec)).not.toEqual([]),
);
