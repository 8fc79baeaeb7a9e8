import { expect, test } from "vitest";
import type { JsonObject } from "#core/schema/field.ts";
import { confineScript, confineScripts } from "#server/envoy/extensions/confine-script.ts";

const TYPE = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
const SAFE = confineScript("x");

test.each<[string, JsonObject, JsonObject]>([
  ["its text", { inline_code: "x" }, { inline_code: SAFE }],
  ["its source", { default_source_code: { inline_string: "x" } }, { default_source_code: { inline_string: SAFE } }],
  ["one of several", { sourceCodes: { a: { inlineString: "x" } } }, { sourceCodes: { a: { inlineString: SAFE } } }],
  [
    "bytes",
    { defaultSourceCode: { inlineBytes: Buffer.from("x").toString("base64") } },
    { defaultSourceCode: { inlineBytes: Buffer.from(SAFE).toString("base64") } },
  ],
])("a script is confined: %s", (_, config, confined) => {
  for (const wrap of [
    (each: JsonObject): JsonObject => ({ typedConfig: { "@type": TYPE, ...each } }),
    (each: JsonObject): JsonObject => ({ typed_config: { "@type": "a/TypedStruct", type_url: TYPE, value: each } }),
    (each: JsonObject): JsonObject => ({ filters: [{ typedPerFilterConfig: { a: { "@type": TYPE, ...each } } }] }),
  ])
    expect(confineScripts(wrap(config))).toEqual(wrap(confined));
});

test("other texts stay as they are, and a script its lines", () => {
  const body: JsonObject = { direct_response: { status: 200, body: { inline_string: "x" } } };
  expect(confineScripts(body)).toEqual(body);
  expect(SAFE).not.toContain("\n");
});
