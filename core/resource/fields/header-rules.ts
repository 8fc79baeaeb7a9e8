import { type FieldTable, map, string, under } from "#core/resource/field.ts";

/** More than this Envoy refuses, and far beyond what a proxy would send on. */
const VALUE_BYTES_MAX = 16_384;
/** More than this Envoy refuses. */
const HEADERS_MAX = 1000;

const OPERATIONS: FieldTable = {
  set: map("header-name", HEADERS_MAX),
  "set{}": string("header-value", VALUE_BYTES_MAX),
  add: map("header-name", HEADERS_MAX),
  "add{}": string("header-value", VALUE_BYTES_MAX),
  "remove[]": string("header-name"),
};

export const HEADER_RULES: FieldTable = { ...under("request", OPERATIONS), ...under("response", OPERATIONS) };
