import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress } from "snappyjs";

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Null: the series ends. */
  readonly samples: readonly (readonly [ms: number, value: number | null])[];
}

const STALE = 0x7ff0000000000002n;

/** A remote write of version 1.0, compressed. */
function writeRequest(series: readonly WrittenSeries[]): Uint8Array {
  const request = new BinaryWriter();
  for (const { labels, samples } of series) {
    request.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
      request.tag(1, WireType.LengthDelimited).fork();
      request.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).string(value).join();
    }
    for (const [ms, value] of samples) {
      request.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.Bit64);
      if (value === null) request.fixed64(STALE);
      else request.double(value);
      request.tag(2, WireType.Varint).int64(ms).join();
    }
    request.join();
  }
  return compress(request.finish());
}

/** Sends it; throws what the answer says where it is refused. */
export async function remoteWrite(
  url: string,
  series: readonly WrittenSeries[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
      ...headers,
    },
    body: writeRequest(series) as Uint8Array<ArrayBuffer>,
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}
