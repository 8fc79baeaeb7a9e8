import { explicit, type FieldTable, object, string } from "#core/resource/field.ts";

/** One of exact, prefix, regex. */
export const STRING_MATCH: FieldTable = {
  "": object({ exactlyOneOf: ["exact", "prefix", "regex"] }),
  exact: explicit(string()),
  prefix: explicit(string()),
  regex: explicit(string("regex", 1024)),
};

/** As what a request must not carry: the regular expression `*`, which is none, stands for any value, as in Istio. */
export const STRING_MATCH_ABSENT: FieldTable = {
  ...STRING_MATCH,
  "": object({ atMostOneOf: ["exact", "prefix", "regex"] }),
  regex: explicit(string("regex-or-star", 1024)),
};

/** As a value of a map of headers or parameters: `{}` means "is present". */
export const STRING_MATCH_OR_PRESENT: FieldTable = {
  ...STRING_MATCH,
  "": object({ atMostOneOf: ["exact", "prefix", "regex"] }),
};
