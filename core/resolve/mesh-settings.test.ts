import { expect, test } from "vitest";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { overruledFields, resolveSettings, withExports } from "#core/resolve/mesh-settings.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { Resource } from "#core/resource/resource.ts";

function meshConfig(spec: object): Resource<"MeshConfig"> {
  const document = { apiVersion: "mesh.pharos.dev/v1", kind: "MeshConfig", metadata: MESH_CONFIG_PLACE, spec };
  return parseDocuments(JSON.stringify(document)).resources[0] as Resource<"MeshConfig">;
}

const STARTED = { proxies: { ...DEFAULT_PROXY_SETTINGS, connectTimeoutMs: 3000, numTrustedProxies: 2 } };

test("the MeshConfig wins over what the server was started with, field by field", () => {
  const found = resolveSettings(STARTED, meshConfig({ connectTimeout: "4s", h2UpgradePolicy: "UPGRADE" }));
  expect(found).toEqual({ ...STARTED.proxies, connectTimeoutMs: 4000, isHttpUpgraded: true });
  expect(resolveSettings(STARTED, undefined)).toEqual(STARTED.proxies);
  expect(resolveSettings({}, undefined)).toEqual(DEFAULT_PROXY_SETTINGS);
});

test("what the server was told otherwise of is named, and nothing else", () => {
  const config = meshConfig({ connectTimeout: "4s", h2UpgradePolicy: "UPGRADE", enableAutoMtls: true });
  expect(overruledFields(STARTED, config)).toEqual(["connectTimeout"]);
  expect(overruledFields(STARTED, meshConfig({ connectTimeout: "3s" }))).toEqual([]);
  expect(overruledFields({}, config)).toEqual([]);
});

test("a resource that does not say who sees it says what the mesh says, and is the same one each time", () => {
  const text = (exportTo: string) =>
    `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a, namespace: a }\nspec: { host: b${exportTo} }`;
  const { resources } = parseDocuments(text(""));
  const defaults = { services: "*", virtualServices: "*", destinationRules: "." } as const;
  const seen = withExports(resources, defaults);
  expect(seen.map(({ spec }) => spec)).toEqual([{ host: "b", exportTo: ["."] }]);
  expect(withExports(resources, defaults)).toBe(seen);
  expect(withExports([...resources], defaults)[0]).toBe(seen[0]);
  expect(withExports(resources, { ...defaults, destinationRules: "*" })).toBe(resources);
  const written = parseDocuments(text(', exportTo: ["*"]')).resources;
  expect(withExports(written, defaults)).toEqual(written);
});
