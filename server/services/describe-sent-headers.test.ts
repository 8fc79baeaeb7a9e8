import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";
import { describeSentHeaders } from "#server/services/describe-sent-headers.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};
const PROVIDERS = `apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: { extensionProviders: [{ name: spans, zipkin: { service: zipkin.test, port: 9411 } }] }
`;
const telemetry = (namespace: string, tracing: string): string => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: t, namespace: ${namespace} }
spec: { tracing: [${tracing}] }
`;
const TAGS = `customTags: { key: { header: { name: X-Key } }, tenant: { header: { name: x-tenant } }, said: { formatter: { value: "%REQ(x-key)%" } } }`;
const SENT = ["Telemetry/shop/t spec.tracing[0].customTags.key", "Telemetry/shop/t spec.tracing[0].customTags.said"];

test.each([
  [
    "a provider that the Telemetry names",
    [PROVIDERS, telemetry("shop", `{ providers: [{ name: spans }], ${TAGS} }`)],
    SENT,
  ],
  [
    "a provider that the mesh's Telemetry names",
    [PROVIDERS, telemetry("istio-system", "{ providers: [{ name: spans }] }"), telemetry("shop", `{ ${TAGS} }`)],
    SENT,
  ],
  ["the control plane, which redacts", [PROVIDERS, telemetry("shop", `{ ${TAGS} }`)], []],
])("a tag of a redacted header that goes to %s", (_, texts, expected) => {
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics).toEqual([]);
  const found = describeSentHeaders(resources, resources, MESH, compileRedaction(["x-key"]));
  expect(found.map(({ resource, path = [] }) => `${resource} ${formatPath(path)}`)).toEqual(expected);
});
