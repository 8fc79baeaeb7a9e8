import { explicit, type FieldTable, object, string } from "#core/resource/field.ts";

/** One of exact, prefix, regex. */
export const STRING_MATCH: FieldTable = {
  "": object({ exactlyOneOf: ["exact", "prefix", "regex"] }),
  exact: explicit(string()),
  prefix: explicit(string()),
  regex: explicit(string("regex", 1024)),
};

/** As a value of a map of headers or parameters: `{}` means "is present". */
export const STRING_MATCH_OR_PRESENT: FieldTable = {
  ...STRING_MATCH,
  "": object({ atMostOneOf: ["exact", "prefix", "regex"] }),
};
