import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { parseNode } from "#server/xds/parse-node.ts";

test.each([
  [{ region: "eu", zone: "a", subZone: "1" }, "eu/a/1"],
  [{ region: "us-east1", zone: "us-east1-b" }, "us-east1/us-east1-b"],
  [{}, undefined],
  [{ region: "eu", subZone: "1" }, undefined],
  [{ region: "eu/a/1/2" }, undefined],
  [{ region: "eu tier=gold" }, undefined],
  [{ region: "e".repeat(64) }, undefined],
])("a proxy at %j is at %s", (locality, expected) => {
  const id = "sidecar~10.0.0.1~shop-0.default~default.svc.cluster.local";
  const node = toBinary(NodeSchema, create(NodeSchema, { id, locality }));
  expect(parseNode(node, true).locality).toBe(expected);
});
