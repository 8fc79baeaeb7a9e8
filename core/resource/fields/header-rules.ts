import { type FieldTable, map, string, under } from "#core/resource/field.ts";

const OPERATIONS: FieldTable = {
  set: map("header-name"),
  "set{}": string(),
  add: map("header-name"),
  "add{}": string(),
  "remove[]": string("header-name"),
};

export const HEADER_RULES: FieldTable = { ...under("request", OPERATIONS), ...under("response", OPERATIONS) };
