import { create, toJson } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { RouteSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { mergeMessage } from "#server/envoy/patches/merge-message.ts";

const seconds = (count: number) => create(DurationSchema, { seconds: BigInt(count) });

test("what is set counts, messages are merged, entries of maps replaced, lists added to", () => {
  const into = create(ClusterSchema, {
    name: "a",
    connectTimeout: create(DurationSchema, { seconds: 1n, nanos: 5 }),
    healthChecks: [{ timeout: seconds(1) }],
    metadata: { filterMetadata: { a: { x: 1 }, b: { y: 2 } } },
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 10, keepaliveProbes: 3 } },
  });
  const from = create(ClusterSchema, {
    connectTimeout: seconds(2),
    healthChecks: [{ timeout: seconds(2) }],
    metadata: { filterMetadata: { a: { z: 3 } } },
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 20 } },
  });
  mergeMessage(ClusterSchema, into, from);
  expect(toJson(ClusterSchema, into)).toEqual({
    name: "a",
    connectTimeout: "2s",
    healthChecks: [{ timeout: "1s" }, { timeout: "2s" }],
    metadata: { filterMetadata: { a: { z: 3 }, b: { y: 2 } } },
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 20, keepaliveProbes: 3 } },
  });
});

test("lists are replaced where they are asked to be, at any depth", () => {
  const into = create(ClusterSchema, { healthChecks: [{}], commonLbConfig: { healthyPanicThreshold: { value: 1 } } });
  mergeMessage(ClusterSchema, into, create(ClusterSchema, { healthChecks: [{ timeout: seconds(2) }] }), "replace");
  expect(toJson(ClusterSchema, into)).toMatchObject({ healthChecks: [{ timeout: "2s" }] });
});

test("a member of a oneof takes the place of another, and is merged with itself", () => {
  const into = create(RouteSchema, { action: { case: "route", value: { prefixRewrite: "/a" } } });
  mergeMessage(RouteSchema, into, create(RouteSchema, { action: { case: "route", value: { timeout: seconds(1) } } }));
  expect(toJson(RouteSchema, into)).toEqual({ route: { prefixRewrite: "/a", timeout: "1s" } });
  mergeMessage(RouteSchema, into, create(RouteSchema, { action: { case: "directResponse", value: { status: 200 } } }));
  expect(toJson(RouteSchema, into)).toEqual({ directResponse: { status: 200 } });
});

test("zero and false in a wrapper leave what is there, as in Istio", () => {
  const into = create(ClusterSchema, { perConnectionBufferLimitBytes: 5 });
  mergeMessage(ClusterSchema, into, create(ClusterSchema, { perConnectionBufferLimitBytes: 0 }));
  expect(into.perConnectionBufferLimitBytes).toBe(5);
  mergeMessage(ClusterSchema, into, create(ClusterSchema, { perConnectionBufferLimitBytes: 7 }));
  expect(into.perConnectionBufferLimitBytes).toBe(7);
});

test("what is merged stays as it is", () => {
  const from = create(ClusterSchema, { healthChecks: [{ timeout: seconds(2) }] });
  const into = create(ClusterSchema, {});
  mergeMessage(ClusterSchema, into, from);
  mergeMessage(ClusterSchema, into, from);
  expect([into.healthChecks.length, from.healthChecks.length]).toEqual([2, 1]);
});
