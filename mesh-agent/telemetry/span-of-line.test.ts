import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { parseSpanLine } from "#core/telemetry/span-line.ts";
import { spanOfLine } from "#mesh-agent/telemetry/span-of-line.ts";
import {
  type Span,
  Span_SpanKind,
  SpanSchema,
  Status_StatusCode,
} from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";

const LINE = {
  by: "outbound",
  sp: "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-05e3ac9a4f6e3b90",
  us: "1772366400500123",
  du: 1500,
  m: "GET",
  s: "http",
  a: "reviews:9080",
  p: "/reviews/0?full=1",
  ri: "4dbb5e07-b10c-9a14-8e2c-f2b7dd2bbc8e",
  pr: "HTTP/1.1",
  pa: "127.0.0.1",
  bi: 0,
  bo: 379,
  c: 200,
  uc: "outbound|9080|v1|reviews.default.svc.cluster.local",
  uh: "127.0.0.1:15123",
  tg: { team: "books" },
};

function spanOf(more: object = {}): Span {
  const line = parseSpanLine(JSON.stringify({ ...LINE, ...more }));
  if (line === undefined) throw new Error("it is a line of a span");
  return create(SpanSchema, spanOfLine(line, "sidecar~127.0.0.1~cart-0.shop~shop"));
}

const tagsOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value?.value.value]));

test("of the caller's side, in the words of Envoy's own spans", () => {
  const span = spanOf();
  expect(span).toMatchObject({
    name: "reviews.default.svc.cluster.local:9080/*",
    kind: Span_SpanKind.CLIENT,
    startTimeUnixNano: 1_772_366_400_500_123_000n,
    endTimeUnixNano: 1_772_366_400_501_623_000n,
  });
  expect(span.status).toBeUndefined();
  expect(Buffer.from(span.parentSpanId).toString("hex")).toBe("05e3ac9a4f6e3b90");
  expect(tagsOf(span)).toEqual({
    component: "proxy",
    node_id: "sidecar~127.0.0.1~cart-0.shop~shop",
    "guid:x-request-id": LINE.ri,
    "http.url": "http://reviews:9080/reviews/0?full=1",
    "http.method": "GET",
    "http.protocol": "HTTP/1.1",
    "http.status_code": "200",
    downstream_cluster: "-",
    user_agent: "-",
    "peer.address": "127.0.0.1",
    request_size: "0",
    response_size: "379",
    response_flags: "-",
    upstream_cluster: LINE.uc,
    "upstream_cluster.name": LINE.uc,
    upstream_address: LINE.uh,
    team: "books",
  });
});

test.each([
  ["the called's side is named by its port", { by: "inbound", uc: "inbound|9080||" }, "inbound|http|9080/*"],
  ["what found no service by whom it asked for", { uc: "-" }, "reviews:9080"],
])("%s", (_, more, name) => {
  expect(spanOf(more).name).toBe(name);
});

test.each([
  [{ c: 503 }, true],
  [{ c: 404 }, false],
  [{ c: undefined }, true],
  [{ c: 200, ct: "application/grpc", g: 14 }, true],
  [{ c: 200, ct: "application/grpc", g: 5 }, false],
])("%j is an error: %s", (more, isError) => {
  expect(spanOf(more).status?.code === Status_StatusCode.ERROR).toBe(isError);
});

test("gRPC's method and status", () => {
  expect(tagsOf(spanOf({ ct: "application/grpc", p: "/a.B/C", g: 5, gm: "no such book" }))).toMatchObject({
    "grpc.path": "/a.B/C",
    "grpc.authority": "reviews:9080",
    "grpc.status_code": "5",
    "grpc.message": "no such book",
  });
});
