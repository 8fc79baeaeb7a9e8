import { expect, test } from "vitest";
import { parse } from "yaml";
import { KINDS } from "#core/kinds/kinds.ts";
import { hideSecrets } from "#core/resource/hide-secrets.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { listFields } from "#core/schema/list-fields.ts";

const DOCUMENT = `# Where spans go.
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata:
  name: default
  namespace: istio-system
  annotations:
    shared: &token needle-alias
    repeated: '{"accessToken": "needle-plain"}'
    escaped: '{"headers": [{"value": "needle-\\u003c1\\u003e"}]}'
    note: kept
spec:
  extensionProviders:
    - name: sky # the old one
      skywalking: { service: sky.test, port: 11800, accessToken: needle-plain }
    - name: zipkin
      zipkin:
        service: zipkin.test
        port: 9411
        headers:
          - { name: x-one, value: "needle-\\u0071uoted" }
          - name: x-two
            value: *token
          - name: x-three
            value: |-
              needle-block
    - name: otel
      opentelemetry:
        service: otel.test
        port: 4318
        http: { path: /v1/traces, headers: [{ name: authorization, value: 'needle-single' }] }
    - name: angles
      skywalking: { service: sky.test, port: 11800, accessToken: needle-<1> }
    - name: otel-grpc
      opentelemetry: { service: otel.test, port: 4317, grpc: { initial_metadata: [{ name: x-four, value: needle-five }] } }
    - name: judge
      envoyExtAuthzHttp:
        service: judge.test
        port: 80
        includeAdditionalHeadersInCheck: { x-key: &key needle-map, x-other: *key }
`;

test("a value is hidden however it is written, and nothing else is changed", () => {
  expect(parseDocuments(DOCUMENT).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const hidden = hideSecrets(DOCUMENT);
  expect(hidden).not.toContain("needle");
  const seen = JSON.parse(
    JSON.stringify(parse(DOCUMENT))
      .replaceAll(/"\{\\"(?:accessToken|headers)[^}]*\}[\]}]*"/g, '"needle"')
      .replaceAll(/"needle[^"]*"/g, '"[redacted]"'),
  );
  expect(parse(hidden)).toEqual(seen);
  expect(hidden.split("\n").filter((line) => !line.includes("[redacted]"))).toEqual(
    DOCUMENT.split("\n").filter((line) => !line.includes("needle") && !line.includes("|-")),
  );
});

test("every field that is for editors alone stands in the document above", () => {
  const secrets = listFields(KINDS.MeshConfig.schema).filter(
    ([, field]) => field.status === "handled" && field.isSecret === true,
  );
  expect(secrets.map(([path]) => path)).toEqual([
    "extensionProviders[].envoyExtAuthzHttp.includeAdditionalHeadersInCheck{}",
    "extensionProviders[].zipkin.headers[].value",
    "extensionProviders[].skywalking.accessToken",
    "extensionProviders[].opentelemetry.http.headers[].value",
    "extensionProviders[].opentelemetry.grpc.initialMetadata[].value",
  ]);
});

test("what is shown in the place of a value is not taken for one", () => {
  const { diagnostics } = parseDocuments(hideSecrets(DOCUMENT));
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toContain(
    '"[redacted]" is what those read who may not edit: write the value itself',
  );
});
