import type { JsonValue } from "@bufbuild/protobuf";

const ID_FIELDS: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

/** OTLP's JSON has ids in hex, where protobuf's JSON has base64. */
export function encodeIds(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(encodeIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      ID_FIELDS.has(name) && typeof each === "string" ? Buffer.from(each, "hex").toString("base64") : encodeIds(each),
    ]),
  );
}
