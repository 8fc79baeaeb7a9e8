import { expect, test } from "vitest";
import type { SidecarIngress } from "#core/kinds/sidecar/schema.ts";
import { validateIngress } from "#core/kinds/sidecar/validate-ingress.ts";
import { formatPath } from "#core/schema/path.ts";

const listener = (more: Partial<SidecarIngress>): SidecarIngress => ({ port: { number: 8080, name: "http" }, ...more });

test.each<[string | undefined, string]>([
  [undefined, "0.0.0.0:8080"],
  [undefined, "[::]:8080"],
  ["0.0.0.0", "0.0.0.0:8080"],
  ["0.0.0.0", "127.0.0.1:8080"],
  ["127.0.0.1", "127.0.0.1:8080"],
  ["::1", "[::1]:8080"],
  ["::", "[::1]:8080"],
])("a port that is bound to %s has no application at %s", (bind, defaultEndpoint) => {
  const written = listener({ captureMode: "NONE", defaultEndpoint, ...(bind === undefined ? {} : { bind }) });
  expect(validateIngress([written]).map(({ severity, path = [] }) => `${severity} ${formatPath(path)}`)).toEqual([
    "error spec.ingress[0].defaultEndpoint",
  ]);
});

test.each<Partial<SidecarIngress>>([
  { captureMode: "NONE", defaultEndpoint: "0.0.0.0:8081" },
  { captureMode: "NONE", defaultEndpoint: "127.0.0.1:8080" },
  { captureMode: "NONE", bind: "10.0.0.9", defaultEndpoint: "127.0.0.1:8080" },
  { captureMode: "NONE", bind: "10.0.0.9", defaultEndpoint: "0.0.0.0:8080" },
  { captureMode: "NONE", defaultEndpoint: "unix:///run/8080" },
  { captureMode: "NONE" },
  // Captured connections come from elsewhere.
  { defaultEndpoint: "0.0.0.0:8080" },
])("%j may be another's", (more) => {
  expect(validateIngress([listener(more)])).toEqual([]);
});

test.each([
  ["SIMPLE", ["verifyCertificateHash", "subjectAltNames"]],
  ["MUTUAL", []],
  ["OPTIONAL_MUTUAL", []],
] as const)("with %s what checks clients' certificates is told to be without effect: %j", (mode, told) => {
  const tls = { mode, serverCertificate: "/c.pem", privateKey: "/k.pem", verifyCertificateHash: ["ab"] };
  const written = listener({
    tls: { ...tls, subjectAltNames: ["a"], ...(mode === "SIMPLE" ? {} : { caCertificates: "/r" }) },
  });
  expect(
    validateIngress([written])
      .map(({ severity, path = [] }) => `${severity} ${formatPath(path)}`)
      .sort(),
  ).toEqual(told.map((name) => `warning spec.ingress[0].tls.${name}`).sort());
});
