import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress } from "snappyjs";
import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { receiveWrite } from "#server/prometheus/receive-write.ts";
import type { ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";

const V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

/** A request of version 2.0 with one series of two samples, of which the last ends it, an exemplar, and metadata that nobody reads. */
function versionTwo(refs: readonly number[], more: (series: BinaryWriter) => void = () => undefined): Uint8Array {
  const request = new BinaryWriter();
  for (const symbol of ["", "__name__", "up", "job", "x"]) request.tag(4, WireType.LengthDelimited).string(symbol);
  const series = request.tag(5, WireType.LengthDelimited).fork();
  series.tag(1, WireType.LengthDelimited).fork();
  for (const ref of refs) series.uint32(ref);
  series.join();
  const sample = (ms: number) =>
    series.tag(2, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(ms).tag(1, WireType.Bit64);
  sample(1000).double(1.5).join();
  sample(2000).fixed64(0x7ff0000000000002n).join();
  series.tag(4, WireType.LengthDelimited).bytes(new Uint8Array([1, 2, 3]));
  series.tag(5, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1).join();
  more(series);
  return compress(series.join().finish());
}

/** An empty field again and again: little on the wire. */
function repeated(bytes: readonly number[], count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count);
  for (let at = 0; at < all.length; at += bytes.length) all.set(bytes, at);
  return all;
}

function within(tag: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().uint32(tag).bytes(bytes).finish();
}

async function send(body: Uint8Array, contentType = V2) {
  const told: ToldSeries[] = [];
  const take = async (_: string, series: Iterable<ToldSeries>) => {
    told.push(...series);
    return { stored: told.flatMap(({ samples }) => samples).length, rejected: 0 };
  };
  return { answer: await receiveWrite({ take }, body, { contentType, contentEncoding: "snappy" }, "a"), told };
}

test("a write of version 2.0 is read by its symbols, and its answer counts what was written", async () => {
  const { answer, told } = await send(versionTwo([1, 2, 3, 4]));
  expect(told).toEqual([
    {
      labels: seriesLabels([
        ["__name__", "up"],
        ["job", "x"],
      ]),
      samples: [
        { atMs: 1000, value: 1.5 },
        { atMs: 2000, value: null },
      ],
    },
  ]);
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    "x-prometheus-remote-write-samples-written": "2",
    "x-prometheus-remote-write-histograms-written": "0",
    "x-prometheus-remote-write-exemplars-written": "0",
  });
});

test.each([
  ["a reference beyond its symbols", versionTwo([1, 9]), V2, 400, /beyond the 5 symbols/],
  ["half a pair", versionTwo([1]), V2, 400, /no pairs/],
  [
    "a native histogram",
    versionTwo([1, 2], (series) => series.tag(3, WireType.LengthDelimited).bytes(new Uint8Array(0))),
    V2,
    400,
    /native histograms/,
  ],
  ["no snappy", new Uint8Array([255, 255, 255, 255, 255, 1, 2]), V2, 400, /snappy block/],
  ["more than may be unpacked", compress(new Uint8Array(33 * 1024 * 1024)), V2, 400, /too big/],
  [
    "more series than memory has",
    compress(repeated([10, 0], 2_000_000)),
    "application/x-protobuf",
    400,
    /100000 series/,
  ],
  [
    "more samples than memory has",
    compress(within(10, repeated([18, 0], 2_000_000))),
    "application/x-protobuf",
    400,
    /400000 samples/,
  ],
  [
    "a series of empty labels",
    compress(within(10, repeated([10, 0], 1000))),
    "application/x-protobuf",
    400,
    /128 labels/,
  ],
  ["more symbols than memory has", compress(repeated([34, 0], 2_000_000)), V2, 400, /500000 symbols/],
  ["a series of many references", compress(within(42, within(10, repeated([0], 100_000)))), V2, 400, /128 labels/],
  ["cut off", compress(new Uint8Array([10, 200, 1])), "application/x-protobuf", 400, /no prometheus.WriteRequest/],
  ["a proto that is not known", versionTwo([1, 2]), "application/x-protobuf;proto=constructor", 415, /is taken/],
])("a write with %s is refused", async (_, body, type, status, why) => {
  const { answer } = await send(body, type);
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(why);
});

/** A real Prometheus drops what is answered with 429, where it is not told to try again: only an account that sends too much gets it. */
test.each([
  ["a full disk", new PharosError("exhausted", "the disk is full"), 503],
  ["a store that is away", new PharosError("unavailable", "later"), 503],
  ["more than an account may", new PharosError("exhausted", "too much", { details: { retryAfterMs: 5000 } }), 429],
])("what %s refuses is to be sent again", async (_, error, status) => {
  const take = () => Promise.reject(error);
  const headers = { contentType: V2, contentEncoding: "snappy" };
  const answer = await receiveWrite({ take }, versionTwo([1, 2]), headers, "a");
  expect(answer).toMatchObject({ status, headers: { "retry-after": "5" } });
});
