import { readMarked } from "#core/telemetry/header-tag.ts";
import { REDACTED, type Redact, redactAlways } from "#core/telemetry/redact-headers.ts";
import type { AnyValue, KeyValue } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import type { Resource } from "#proto/gen/opentelemetry/proto/resource/v1/resource_pb.js";

export type Attributes = Record<string, string | number | boolean>;

/** What is sent carries what its senders put in; this is as much as one text, and one list of attributes, may cost. */
export const TEXT_CHARS_MAX = 4096;
const ATTRIBUTES_MAX = 128;
/** All of one list, or all events of a span, together: whoever opens a trace reads them of thousands of spans. */
const CHARS_MAX = 32_768;

/** As OpenTelemetry names what a header said; the header's name stands behind it. */
const HEADER =
  /^(?:http\.(?:request|response)\.header|rpc\.(?:grpc\.|connect_rpc\.)?(?:request|response)\.metadata)\.(.+)$/;

/** Those that fit. */
export function readAttributes(pairs: readonly KeyValue[], redact: Redact = redactAlways): Attributes {
  const attributes: Attributes = {};
  let chars = 0;
  for (const { key, value } of pairs.slice(0, ATTRIBUTES_MAX)) {
    const read = value === undefined ? undefined : readValue(value);
    if (read === undefined) continue;
    const [told, shown] = readMarked(key, String(read), redact) ?? [key, redactedOf(key, read, redact)];
    const name = told.slice(0, 256);
    const kept = typeof shown === "string" ? shown.slice(0, TEXT_CHARS_MAX) : shown;
    chars += name.length + String(kept).length;
    if (chars > CHARS_MAX) break;
    attributes[name] = kept;
  }
  return attributes;
}

function redactedOf<T extends string | number | boolean>(key: string, read: T, redact: Redact): T | string {
  const header = HEADER.exec(key.slice(0, 256))?.[1];
  if (header === undefined) return read;
  const { value, isRedacted } = redact(header, String(read));
  return isRedacted ? REDACTED : value;
}

/** The first of a list that fit, as JSON. */
export function firstAsJson<T>(all: readonly T[], read: (each: T) => object): string {
  const parts: string[] = [];
  let chars = 0;
  for (const each of all.slice(0, ATTRIBUTES_MAX)) {
    const part = JSON.stringify(read(each));
    chars += part.length;
    if (chars > CHARS_MAX) break;
    parts.push(part);
  }
  return `[${parts.join(",")}]`;
}

/** Lists and maps, which are rare, become JSON text. */
export function readValue(value: AnyValue): string | number | boolean | undefined {
  const read = readPart(value);
  return typeof read === "object" ? JSON.stringify(read) : read;
}

type Part = string | number | boolean | undefined | readonly (Part | null)[] | { readonly [name: string]: Part };

/** Text of text of text would double with each of them. */
function readPart({ value }: AnyValue): Part {
  switch (value.case) {
    case "stringValue":
    case "boolValue":
    case "doubleValue":
      return value.value;
    case "intValue":
      return Number(value.value);
    case "bytesValue":
      return Buffer.from(value.value).toString("base64");
    case "arrayValue":
      return value.value.values.map((each) => readPart(each) ?? null);
    case "kvlistValue":
      return Object.fromEntries(
        value.value.values
          .slice(0, ATTRIBUTES_MAX)
          .map(({ key, value: each }) => [key.slice(0, 256), each === undefined ? undefined : readPart(each)]),
      );
    case undefined:
      return undefined;
  }
}

/** Whose something is. `from` marks who sent it; `whose` takes the place of what it says of its service. */
export function readResource(
  resource: Resource | undefined,
  from: string,
  redact: Redact,
  whose: Readonly<Record<string, string>> = {},
): { readonly service: string; readonly text: string } {
  const about: Attributes = {
    ...readAttributes(resource?.attributes ?? [], redact),
    ...whose,
    "pharos.reporter": from,
  };
  const named = about["service.name"];
  return { service: typeof named === "string" && named !== "" ? named : "unknown", text: JSON.stringify(about) };
}

/** An id in hex; null where it has another length, or is of zeros: one of zeros is none. */
export function readId(bytes: Uint8Array, length: number): string | null {
  if (bytes.length !== length || bytes.every((byte) => byte === 0)) return null;
  return Buffer.from(bytes).toString("hex");
}
