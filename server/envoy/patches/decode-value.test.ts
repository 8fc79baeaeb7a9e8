import { toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { PatchTarget } from "#core/resolve/envoy-patches.ts";
import type { JsonObject } from "#core/schema/field.ts";
import { REGISTRY } from "#proto/registry.ts";
import { confineScript } from "#server/envoy/extensions/confine-script.ts";
import { decodeValue, PATCH_SCHEMAS } from "#server/envoy/patches/decode-value.ts";

function decoded(target: PatchTarget, value: JsonObject): unknown {
  const { message, problems } = decodeValue(target, value);
  if (message === undefined) return problems;
  return toJson(PATCH_SCHEMAS[target], message as never, { registry: REGISTRY });
}

const TYPE = "type.googleapis.com/envoy.extensions.filters.http";

test.each([
  [
    "fields in both spellings of JSON",
    { connect_timeout: "1s", lbPolicy: "RANDOM" },
    { connectTimeout: "1s", lbPolicy: "RANDOM" },
  ],
  [
    "wrapped scalars and maps",
    { metadata: { filter_metadata: { a: { b: [1, null] } } } },
    { metadata: { filterMetadata: { a: { b: [1, null] } } } },
  ],
])("reads %s", (_, value, expected) => expect(decoded("CLUSTER", value)).toEqual(expected));

test("hands a configuration of a type that is not known here to Envoy as it is written", () => {
  const typed_config = { "@type": `${TYPE}.lua.v3.Lua`, default_source_code: { inline_string: "x" } };
  expect(decoded("HTTP_FILTER", { name: "lua", typed_config })).toEqual({
    name: "lua",
    typedConfig: {
      "@type": "type.googleapis.com/xds.type.v3.TypedStruct",
      typeUrl: `${TYPE}.lua.v3.Lua`,
      value: { default_source_code: { inline_string: confineScript("x") } },
    },
  });
});

test.each(["xds.type.v3", "udpa.type.v1"])("a %s.TypedStruct is what it holds", (name) => {
  const struct = (typeUrl: string, value: JsonObject): JsonObject => ({
    name: "a",
    typed_config: { "@type": `type.googleapis.com/${name}.TypedStruct`, type_url: typeUrl, value },
  });
  const direct = (type: string, value: JsonObject): JsonObject => ({
    name: "a",
    typed_config: { "@type": type, ...value },
  });
  for (const [type, value] of [
    [`${TYPE}.router.v3.Router`, { suppress_envoy_headers: true }],
    [`${TYPE}.lua.v3.Lua`, { default_source_code: { inline_string: "x" } }],
  ] as const)
    expect(decoded("HTTP_FILTER", struct(type, value))).toEqual(decoded("HTTP_FILTER", direct(type, value)));
  const { problems } = decodeValue("HTTP_FILTER", struct(`${TYPE}.router.v3.Router`, { no: 1 }));
  expect(problems.map(({ path }) => path.join("."))).toEqual(["typed_config.value.no"]);
});

test.each([
  ["a field that there is not", { connectTimeoutt: "1s" }, "connectTimeoutt", "has no field connectTimeoutt"],
  [
    "one within",
    { load_assignment: { endpoints: [{ nobody: 1 }] } },
    "load_assignment.endpoints.0.nobody",
    "has no field nobody",
  ],
  ["a value of another type", { lb_policy: "FASTEST" }, "lb_policy", "FASTEST"],
  [
    "a number that is out of range",
    { per_connection_buffer_limit_bytes: -1 },
    "per_connection_buffer_limit_bytes",
    "-1",
  ],
  ["a duration", { connect_timeout: "soon" }, "connect_timeout", "soon"],
  ["a list that is none", { filters: {} }, "filters", "must be a list"],
  [
    "a type that is missing",
    { transport_socket: { name: "a", typed_config: {} } },
    "transport_socket.typed_config.@type",
    "is missing",
  ],
  [
    "a struct without a type",
    { transport_socket: { typed_config: { "@type": "a/udpa.type.v1.TypedStruct", value: {} } } },
    "transport_socket.typed_config.type_url",
    "is missing",
  ],
  [
    "a field of a typed configuration",
    { typed_extension_protocol_options: { a: { "@type": `${TYPE}.router.v3.Router`, b: 1 } } },
    "typed_extension_protocol_options.a.b",
    "has no field b",
  ],
])("names the place of %s", (_, value, path, words) => {
  const { message, problems } = decodeValue("CLUSTER", value as JsonObject);
  expect(message).toBeUndefined();
  expect(problems.map((each) => each.path.join("."))).toEqual([path]);
  expect(problems[0]?.message).toContain(words);
});
