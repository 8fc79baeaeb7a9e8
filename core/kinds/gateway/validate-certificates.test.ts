import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const FILES = "serverCertificate: /c, privateKey: /k";

test.each([
  [`mode: SIMPLE, ${FILES}, subjectAltNames: [a.b]`, "warning no-effect subjectAltNames"],
  [`mode: MUTUAL, ${FILES}, caCertificates: /ca, subjectAltNames: [a.b], caCrl: /crl`, undefined],
  [`mode: SIMPLE, ${FILES}, caCrl: /crl`, "error conflicting-fields caCrl"],
  ["mode: MUTUAL, credentialName: a, caCrl: /crl", "error conflicting-fields caCrl"],
  [`mode: AUTO_PASSTHROUGH, ${FILES}`, "warning no-effect serverCertificate"],
  ["mode: AUTO_PASSTHROUGH", undefined],
])("tls: { %s } is told %s", (tls, expected) => {
  const { diagnostics } = parseDocuments(
    [
      "apiVersion: networking.istio.io/v1",
      "kind: Gateway",
      "metadata: { name: a, namespace: default }",
      `spec: { servers: [{ port: { number: 443, name: a, protocol: HTTPS }, hosts: [a.b], tls: { ${tls} } }] }`,
    ].join("\n"),
  );
  const [first] = diagnostics;
  expect(first && `${first.severity} ${first.code} ${first.path?.at(-1)}`).toBe(expected);
});
