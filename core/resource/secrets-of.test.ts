import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { secretsOf } from "#core/resource/secrets-of.ts";

const MESH = `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  extensionProviders:
    - name: traces
      opentelemetry:
        service: collector.obs.svc.cluster.local
        port: 4317
        http: { path: /v1/traces, headers: [{ name: authorization, value: Bearer one }] }
    - name: skywalking
      skywalking: { service: sky.obs.svc.cluster.local, port: 11800, accessToken: two }
    - name: authz
      envoyExtAuthzHttp:
        service: authz.obs.svc.cluster.local
        port: 8000
        includeAdditionalHeadersInCheck: { x-key: three }
`;

test("what only editors may read is found wherever a resource has it", () => {
  const { resources } = parseDocuments(MESH);
  expect(resources.flatMap(secretsOf).sort()).toEqual(["Bearer one", "three", "two"]);
});
