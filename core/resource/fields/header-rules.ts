import { type FieldTable, map, string, under } from "#core/resource/field.ts";

/** Far beyond what a proxy would send on. */
const VALUE_LENGTH_MAX = 16_384;

const OPERATIONS: FieldTable = {
  set: map("header-name"),
  "set{}": string(undefined, VALUE_LENGTH_MAX),
  add: map("header-name"),
  "add{}": string(undefined, VALUE_LENGTH_MAX),
  "remove[]": string("header-name"),
};

export const HEADER_RULES: FieldTable = { ...under("request", OPERATIONS), ...under("response", OPERATIONS) };
