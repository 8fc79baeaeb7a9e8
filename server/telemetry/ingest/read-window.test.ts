import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, it, test } from "vitest";
import { readMessage } from "#grpc/read-message.ts";
import { ReportRequestSchema, RequestWindowSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { readReport, type ToldReport } from "#server/telemetry/ingest/read-report.ts";
import { LabelMemory, madeOnce } from "#server/telemetry/ingest/told-labels.ts";
import { WireBytes } from "#server/telemetry/ingest/wire-bytes.ts";
import { fc } from "#testing/fc.ts";

const uint32 = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 200n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const text = fc.oneof(
  fc.constantFrom("", "reviews-v1", "-", "spiffe://cluster.local/ns/a/sa/b"),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const list = fc.array(uint32, { maxLength: 6 });

const windowArb = fc.record({
  windowStartMs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  windowMs: uint32,
  ...{ reporter: text, sourceWorkload: text, destinationService: text, destinationPrincipal: text, deniedBy: text },
  ...{ destinationPort: uint32, responseCode: uint32, opened: uint32, fromGateway: fc.boolean() },
  ...{ sourceAddress: text, limitedBy: text, tags: text, responseFlags: text },
  ...{ count: uint64, requestBytes: uint64, responseBytes: uint64, durationSumMs: fc.double() },
  ...{ durationBuckets: list, durations: list, requestSizes: list, responseSizes: list },
  shapes: fc.array(fc.record({ method: text, pathTemplate: text, count: uint64 }), { maxLength: 3 }),
});

const reportArb = fc.record({
  storeId: text,
  instance: text,
  sequence: uint64,
  windows: fc.array(windowArb, { maxLength: 4 }),
  samples: fc.array(fc.record({ path: text, durationMs: fc.double() }), { maxLength: 2 }),
  gaps: fc.array(fc.record({ reason: text, requests: uint64 }), { maxLength: 2 }),
  resourceSpans: fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 2 }),
});

const isPlain = (report: ToldReport) => ({
  ...report,
  windows: report.windows.map((told) => {
    // How long a window is nobody asks: all are as long. Counts are numbers, as near as those come.
    const { windowMs: _, ...window } = "told" in told ? { ...told.told.window, ...told, told: undefined } : told;
    return {
      ...window,
      told: undefined,
      windowStartMs: Number(window.windowStartMs),
      count: Number(window.count),
      requestBytes: Number(window.requestBytes),
      responseBytes: Number(window.responseBytes),
      shapes: window.shapes.map((shape) => {
        const { method, pathTemplate } = "shape" in shape ? shape.shape : shape;
        return { method, pathTemplate, count: Number(shape.count) };
      }),
    };
  }),
});

it("a report is read as protobuf reads it, also when its labels were seen before", () => {
  const memory = new LabelMemory();
  fc.assert(
    fc.property(reportArb, (told) => {
      const bytes = toBinary(ReportRequestSchema, create(ReportRequestSchema, told));
      const wanted = isPlain(readMessage(ReportRequestSchema, bytes));
      for (let time = 0; time < 2; time += 1) expect(isPlain(readReport(bytes, "p", memory))).toStrictEqual(wanted);
    }),
    { numRuns: 300 },
  );
});

it("fields in any order, unknown ones and lists told one by one are read as protobuf reads them", () => {
  const window = new BinaryWriter()
    .tag(29, WireType.Varint)
    .uint32(1025)
    .tag(4, WireType.LengthDelimited)
    .string("reviews-v1")
    .tag(22, WireType.Varint)
    .uint64(7n)
    .tag(3, WireType.LengthDelimited)
    .string("source")
    .tag(29, WireType.LengthDelimited)
    .bytes(Uint8Array.of(5, 6))
    .tag(22, WireType.Varint)
    .uint64(9n)
    .tag(900, WireType.Bit32)
    .fixed32(1)
    .finish();
  const bytes = new BinaryWriter().tag(3, WireType.LengthDelimited).bytes(window).finish();
  const [read] = isPlain(readReport(bytes, "p", new LabelMemory())).windows;
  const { $unknown: _, windowMs: __, ...wanted } = fromBinary(RequestWindowSchema, window);
  expect(read).toMatchObject({
    ...isPlain({ windows: [wanted] } as never).windows[0],
    count: 9,
    durations: [1025, 5, 6],
  });
});

it("bytes that are cut anywhere are read as protobuf reads them, or refused", () => {
  const bytes = toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, {
      storeId: "store",
      windows: [
        {
          reporter: "source",
          count: 300n,
          durationSumMs: 2.5,
          durations: [5000, 7],
          shapes: [{ method: "GET", count: 2n }],
        },
      ],
    }),
  );
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = bytes.subarray(0, length);
    let wanted: unknown = "refused";
    try {
      wanted = isPlain(readMessage(ReportRequestSchema, cut));
    } catch {}
    let read: unknown = "refused";
    try {
      read = isPlain(readReport(cut, "p", new LabelMemory()));
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid" });
    }
    expect(read).toStrictEqual(wanted);
  }
});

it("a report of more messages than one may have is refused before they are made", () => {
  const empty = Buffer.from([(3 << 3) | 2, 0]);
  const bytes = Buffer.concat(new Array<Buffer>(500_001).fill(empty));
  expect(() => readReport(bytes, "p", new LabelMemory())).toThrow("more than 500000 messages");
});

it("a list that comes in parts is one list that grows: none is copied for each of them", () => {
  const one = (29 << 3) | WireType.Varint;
  const wire = new WireBytes(Uint8Array.of(5, 2, 6, 7, 8));
  const begun = wire.uint32s(one, []);
  expect(wire.uint32s((29 << 3) | WireType.LengthDelimited, begun)).toBe(begun);
  expect(wire.uint32s(one, begun)).toBe(begun);
  expect(begun).toEqual([5, 6, 7, 8]);
});

it("what is made of labels is made once for as long as it means the same, and never for another agent's", () => {
  const memory = new LabelMemory();
  const bytes = toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, {
      instance: "a/b",
      windows: [{ reporter: "source" }, { reporter: "source", count: 4n }],
    }),
  );
  const [before, after] = [{}, {}];
  let made = 0;
  const make = () => ++made;
  const ask = (principal: string, of: object | undefined) =>
    readReport(bytes, principal, memory).windows.map((window) => madeOnce(window, of, undefined, make));
  expect(ask("p", before)).toEqual([1, 1]);
  expect(ask("p", before)).toEqual([1, 1]);
  expect(ask("p", after)).toEqual([2, 2]);
  expect(ask("q", after)).toEqual([3, 3]);
  expect(ask("p", undefined)).toEqual([4, 5]);
});

test.each([
  ["labels", { windows: [{ reporter: "source", sourceWorkload: "x".repeat(7_000_000) }] }],
  ["shapes", { windows: [{ reporter: "source", shapes: [{ method: "x".repeat(7_000_000), count: 1n }] }] }],
])("%s that are longer than all of an agent's together are not remembered", (_, told) => {
  const memory = new LabelMemory();
  const bytes = toBinary(ReportRequestSchema, create(ReportRequestSchema, { instance: "a/b", ...told }));
  const read = () => readReport(bytes, "p", memory).windows.map((window) => "told" in window && window.told);
  expect(read()[0]).not.toBe(read()[0]);
});
