import { expect, test } from "vitest";
import { MESH_CONFIG } from "#core/kinds/mesh-config/schema.ts";
import { parseMeshConfig } from "#core/mesh-config/parse-mesh-config.ts";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

test("an empty file, and Istio's names for its defaults, are the defaults", () => {
  expect(parseMeshConfig("")).toEqual(DEFAULT_PROXY_SETTINGS);
  expect(
    parseMeshConfig(
      "pathNormalization: { normalization: DEFAULT }\ndefaultConfig: { connectionSettings: { profile: EDGE } }",
    ),
  ).toEqual(DEFAULT_PROXY_SETTINGS);
});

test("the defaults that the schema tells of are those that hold", () => {
  const edits = listFields(MESH_CONFIG).flatMap(([path, field]) =>
    // Where nothing is said of retries, and of calls, all of their defaults are Istio's; what is in a list is a default of its items.
    field.status === "handled" && field.default !== undefined && !/^default(?:HttpRetry|Traffic)Policy|\[\]/.test(path)
      ? [
          {
            op: "set" as const,
            path: pathOf(path),
            value: field.type.kind === "list" ? [field.default] : field.default,
          },
        ]
      : [],
  );
  expect(edits).toHaveLength(45);
  expect(parseMeshConfig(editDocument("{}", edits))).toEqual(DEFAULT_PROXY_SETTINGS);
});

test("what is written replaces its default and nothing else", () => {
  expect(
    parseMeshConfig(`
pathNormalization: { normalization: MERGE_SLASHES }
protocolDetectionTimeout: 0s
defaultConfig:
  gatewayTopology: { numTrustedProxies: 2, forwardClientCertDetails: APPEND_FORWARD }
  proxyHeaders: { forwardedClientCert: APPEND_FORWARD }
  connectionSettings: { httpStreamIdleTimeout: 1h, httpMaxConcurrentStreams: 7 }
`),
  ).toEqual({
    ...DEFAULT_PROXY_SETTINGS,
    pathNormalization: "MERGE_SLASHES",
    protocolDetectionTimeoutMs: 0,
    numTrustedProxies: 2,
    gatewayForwardClientCert: "APPEND_FORWARD",
    listenerHeaders: { ...DEFAULT_PROXY_SETTINGS.listenerHeaders, forwardClientCert: "APPEND_FORWARD" },
    gatewayConnections: {
      ...DEFAULT_PROXY_SETTINGS.gatewayConnections,
      httpStreamIdleTimeoutMs: 3_600_000,
      httpMaxConcurrentStreams: 7,
    },
  });
});

test.each([
  ["pathNormalization: { normalization: SOME }", "pathNormalization.normalization"],
  ["protocolDetectionTimeout: soon", "protocolDetectionTimeout"],
  ["trustDomain: a", "trustDomain"],
  ["defaultConfig: { connectionSettings: { httpMaxConcurrentStreams: 0 } }", "httpMaxConcurrentStreams"],
  ["defaultConfig: { connectionSettings: { http2InitialStreamWindowSize: 1 } }", "http2InitialStreamWindowSize"],
  ["dnsRefreshRate: 1ms", "dnsRefreshRate"],
  ["{", "not valid YAML"],
])("%s is refused by name", (text, name) => {
  expect(() => parseMeshConfig(text)).toThrow(name);
});
