import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { readMessage } from "#grpc/read-message.ts";
import { ExportTraceServiceRequestSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const within = (field: number, bytes: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish();

/** Empty messages of a field. */
function empty(field: number, count: number): Uint8Array {
  const bytes = new Uint8Array(2 * count);
  for (let at = 0; at < bytes.length; at += 2) bytes[at] = (field << 3) | WireType.LengthDelimited;
  return bytes;
}

const { number: WINDOWS } = ReportRequestSchema.field.windows;

test.each([
  ["windows of a report", ReportRequestSchema, empty(WINDOWS, 500_001)],
  ["spans", ExportTraceServiceRequestSchema, within(1, within(2, empty(2, 500_001)))],
  ["attributes", ExportTraceServiceRequestSchema, within(1, within(2, within(2, empty(9, 500_001))))],
])("a message of so many empty %s is refused before it is read", (_, schema, bytes) => {
  expect(() => readMessage(schema, bytes)).toThrow(/more than 500000 messages in one: send it in parts/);
});

test("a message that is nested deeper than anybody's is refused", () => {
  // A list of a list of a list, as the value of an attribute.
  let value = new Uint8Array(0);
  for (let depth = 0; depth < 60; depth += 1) value = new Uint8Array(within(5, within(1, value)));
  const attribute = within(9, within(2, value));
  expect(() => readMessage(ExportTraceServiceRequestSchema, within(1, within(2, within(2, attribute))))).toThrow(
    /nested deeper than 100/,
  );
});

test("what is within bounds is read", () => {
  expect(readMessage(ReportRequestSchema, empty(WINDOWS, 1000)).windows).toHaveLength(1000);
});
