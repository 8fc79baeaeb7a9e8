import { expect, test } from "vitest";
import { problems } from "#core/resource/testing/problems.ts";

const HTTP = "service: a.b, port: 80";

test.each([
  [
    `{ name: a, envoyExtAuthzHttp: { ${HTTP}, pathPrefix: /a, statusOnError: "503", headersToUpstreamOnAllow: ["x-*"] } }`,
    [],
  ],
  ["{ name: a, envoyExtAuthzGrpc: { service: b/a.b, port: 80 } }", []],
  ["{ name: A, envoyExtAuthzGrpc: { service: a.b, port: 80 } }", ["error bad-value name"]],
  ["{ name: a }", ["error one-of "]],
  ["{ name: a, prometheus: {} }", []],
  ["{ name: a, zipkin: {} }", ["error missing-field zipkin.service", "error missing-field zipkin.port"]],
  ['{ name: a, opentelemetry: { service: "*.b", port: 4317 } }', ["error bad-value opentelemetry.service"]],
  ["{ name: a, lightstep: {} }", ["error field-not-handled lightstep"]],
  ["{ name: a, envoyFileAccessLog: {} }", []],
  ["{ name: a, envoyFileAccessLog: { path: x } }", ["error bad-value envoyFileAccessLog.path"]],
  [
    '{ name: a, envoyFileAccessLog: { logFormat: { text: "%X%" } } }',
    ["error bad-value envoyFileAccessLog.logFormat.text"],
  ],
  ['{ name: a, envoyOtelAls: { service: "*.b", port: 1 } }', ["error bad-value envoyOtelAls.service"]],
  [`{ name: a, envoyExtAuthzHttp: { ${HTTP}, pathPrefix: a } }`, ["error bad-value envoyExtAuthzHttp.pathPrefix"]],
  [
    `{ name: a, envoyExtAuthzHttp: { ${HTTP}, statusOnError: "999" } }`,
    ["error bad-value envoyExtAuthzHttp.statusOnError"],
  ],
  [
    `{ name: a, envoyExtAuthzHttp: { ${HTTP}, includeRequestHeadersInCheck: ["*"] } }`,
    ["error bad-value envoyExtAuthzHttp.includeRequestHeadersInCheck[0]"],
  ],
  ['{ name: a, envoyExtAuthzGrpc: { service: "*.b", port: 80 } }', ["error bad-value envoyExtAuthzGrpc.service"]],
  ["{ name: a, envoyExtAuthzGrpc: { service: a.b } }", ["error missing-field envoyExtAuthzGrpc.port"]],
])("%s", (provider, expected) => {
  const text = `apiVersion: mesh.pharos.dev/v1\nkind: MeshConfig\nmetadata: { name: default, namespace: istio-system }\nspec: { extensionProviders: [${provider}] }\n`;
  const found = problems(text).map((each) =>
    each.replace(/spec\.extensionProviders\[0\]\.?/, "").replace(/ ?@.*/s, ""),
  );
  expect(found.map((each) => each.trim())).toEqual(expected.map((each) => each.trim()));
});

test("a name is a provider's alone", () => {
  const one = "{ name: a, envoyExtAuthzGrpc: { service: a.b, port: 80 } }";
  const text = `apiVersion: mesh.pharos.dev/v1\nkind: MeshConfig\nmetadata: { name: default, namespace: istio-system }\nspec: { extensionProviders: [${one}, ${one}] }\n`;
  expect(problems(text)[0]).toContain("error duplicate-value spec.extensionProviders[1].name");
});
