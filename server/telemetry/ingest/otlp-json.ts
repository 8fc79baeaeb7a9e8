import type { JsonValue } from "@bufbuild/protobuf";

const ID_FIELDS: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

/** OTLP's JSON has ids in hex, where protobuf's JSON has base64. */
export function encodeIds(value: JsonValue): JsonValue {
  return mapIds(value, (id) => Buffer.from(id, "hex").toString("base64"));
}

/** The other way. */
export function decodeIds(value: JsonValue): JsonValue {
  return mapIds(value, (id) => Buffer.from(id, "base64").toString("hex"));
}

function mapIds(value: JsonValue, map: (id: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((each) => mapIds(each, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      ID_FIELDS.has(name) && typeof each === "string" ? map(each) : mapIds(each, map),
    ]),
  );
}
