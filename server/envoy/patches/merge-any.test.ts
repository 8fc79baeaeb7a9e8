import { create } from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";
import { mergeAny } from "#server/envoy/patches/merge-any.ts";

const written = (typeUrl: string, value: Record<string, never> | object): Any =>
  anyPack(TypedStructSchema, create(TypedStructSchema, { typeUrl, value: value as never }));
const readBack = (any: Any | undefined) => (any === undefined ? undefined : anyUnpack(any, TypedStructSchema)?.value);

test("configurations of a type that is not known are merged as their fields would be, in either spelling", () => {
  const into = written("t/a.B", { stat_prefix: "x", tokens: { max_tokens: 1, fill: "1s" }, list: [1] });
  const from = written("t/a.B", { statPrefix: "y", tokens: { maxTokens: 2 }, list: [2] });
  expect(readBack(mergeAny(into, from))).toEqual({
    stat_prefix: "y",
    tokens: { max_tokens: 2, fill: "1s" },
    list: [1, 2],
  });
});

test("configurations of different types are not merged", () => {
  expect(mergeAny(written("t/a.B", {}), written("t/a.C", {}))).toBeUndefined();
  expect(mergeAny(anyPack(RouterSchema, create(RouterSchema, {})), written("t/a.B", {}))).toBeUndefined();
});
