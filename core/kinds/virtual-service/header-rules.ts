import type { Infer } from "#core/schema/field.ts";
import { list, map, message, string } from "#core/schema/make-field.ts";

/** More than this Envoy refuses, and far beyond what a proxy would send on. */
const VALUE_BYTES_MAX = 16_384;
/** More than this Envoy refuses. */
const HEADERS_MAX = 1000;

const OPERATIONS = message({
  set: map(string("header-value", VALUE_BYTES_MAX), "header-name", HEADERS_MAX),
  add: map(string("header-value", VALUE_BYTES_MAX), "header-name", HEADERS_MAX),
  remove: list(string("header-name")),
});
export type HeaderOperations = Infer<typeof OPERATIONS>;

export const HEADER_RULES = message({ request: OPERATIONS, response: OPERATIONS });
export type HeaderRules = Infer<typeof HEADER_RULES>;
