import { expect, test } from "vitest";
import { Headers } from "#core/simulate/headers.ts";
import { tellTimeout } from "#core/simulate/tell-timeout.ts";

const GRPC = "application/grpc";

test.each([
  ["a route without timeout says nothing", [0, 0, 0], {}, [undefined, undefined]],
  ["all of the time", [5000, 0, 5000], {}, ["5000", undefined]],
  ["one try's, where it is shorter", [5000, 1000, 5000], {}, ["1000", undefined]],
  ["all of it, where a try has as long", [5000, 5000, 5000], {}, ["5000", undefined]],
  ["gRPC: the route's", [5000, 0, 5000], { "content-type": GRPC }, ["5000", "5000m"]],
  [
    "gRPC: the caller's, where that is shorter",
    [5000, 0, 5000],
    { "content-type": GRPC, "grpc-timeout": "2S" },
    ["2000", "2000m"],
  ],
  [
    "gRPC: the route's, where the caller's is longer",
    [5000, 0, 5000],
    { "content-type": GRPC, "grpc-timeout": "1M" },
    ["5000", "5000m"],
  ],
  ["gRPC: the caller's alone", [0, 0, 0], { "content-type": GRPC, "grpc-timeout": "1500u" }, ["2", "2m"]],
  ["gRPC: nobody's", [0, 0, 0], { "content-type": GRPC, "grpc-timeout": "soon" }, [undefined, "soon"]],
] as const)("the called are told %s", (_, [timeoutMs, perTryTimeoutMs, grpcTimeoutMsMax], given, expected) => {
  const headers: Headers = new Headers(Object.entries(given));
  tellTimeout({ timeoutMs, perTryTimeoutMs, grpcTimeoutMsMax }, headers);
  expect([headers.get("x-envoy-expected-rq-timeout-ms"), headers.get("grpc-timeout")]).toEqual(expected);
});
