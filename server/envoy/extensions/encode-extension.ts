import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import type { Extension, WasmModule } from "#core/resolve/extensions.ts";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";
import { confineScript } from "#server/envoy/extensions/confine-script.ts";
import { moduleSource } from "#server/envoy/extensions/module-source.ts";

/** Of a listener's chain or of an HTTP connection manager: both are written alike. */
export type ExtensionFilter = MessageInitShape<typeof FilterSchema>;

const TYPES = {
  lua: "envoy.extensions.filters.http.lua.v3.Lua",
  http: "envoy.extensions.filters.http.wasm.v3.Wasm",
  network: "envoy.extensions.filters.network.wasm.v3.Wasm",
} as const;
const FETCH_TIMEOUT = "30s";
const POLICIES = { FAIL_CLOSE: "FAIL_CLOSED", FAIL_OPEN: "FAIL_OPEN", FAIL_RELOAD: "FAIL_RELOAD" } as const;

/** The filter that runs an extension, as the JSON that Envoy reads by its own API. */
export function encodeExtension({ name, plugin, code, isHttp }: Extension): ExtensionFilter {
  if (code.kind === "lua")
    return filter(name, TYPES.lua, { defaultSourceCode: { inlineString: confineScript(code.text) } });
  return filter(name, isHttp ? TYPES.http : TYPES.network, { config: pluginConfig(plugin, code.module) });
}

function filter(name: string, type: string, value: JsonObject): ExtensionFilter {
  const typedConfig = anyPack(
    TypedStructSchema,
    create(TypedStructSchema, { typeUrl: `type.googleapis.com/${type}`, value }),
  );
  return { name, configType: { case: "typedConfig", value: typedConfig } };
}

/** As Istio's `buildWasmConfig`. */
function pluginConfig(plugin: string, module: WasmModule): JsonObject {
  const { pluginConfig: given, pluginName = "", failStrategy = "FAIL_CLOSE", vmConfig, sha256 = "" } = module;
  const hasConfig = given !== undefined && Object.keys(given).length > 0;
  return {
    name: plugin,
    ...(pluginName === "" ? {} : { rootId: pluginName }),
    ...(hasConfig
      ? {
          configuration: {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            value: JSON.stringify(given),
          },
        }
      : {}),
    failurePolicy: POLICIES[failStrategy],
    vmConfig: {
      // Shared by nobody else: neither what it keeps nor, where it was replaced, what ran before it.
      vmId: [plugin, sha256].filter((part) => part !== "").join(" "),
      runtime: "envoy.wasm.runtime.v8",
      code: codeOf(module),
      ...environment(vmConfig?.env ?? []),
    },
  };
}

function codeOf({ url, sha256 = "" }: WasmModule): JsonObject {
  const source = moduleSource(url);
  if (source.kind === "file") return { local: { filename: source.path } };
  return {
    remote: { httpUri: { uri: url, cluster: source.cluster, timeout: FETCH_TIMEOUT }, sha256 },
  };
}

function environment(all: NonNullable<NonNullable<WasmModule["vmConfig"]>["env"]>): JsonObject {
  if (all.length === 0) return {};
  const inline = all.filter(({ valueFrom = "INLINE" }) => valueFrom === "INLINE");
  return {
    environmentVariables: {
      hostEnvKeys: all.filter(({ valueFrom }) => valueFrom === "HOST").map(({ name }) => name),
      keyValues: Object.fromEntries(inline.map(({ name, value = "" }) => [name, value])),
    },
  };
}
