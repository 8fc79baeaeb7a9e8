import type { Infer } from "#core/schema/field.ts";
import { explicit, message, string } from "#core/schema/make-field.ts";

const MEMBERS = {
  exact: explicit(string()),
  prefix: explicit(string()),
  regex: explicit(string("regex", 1024)),
};
const KEYS = ["exact", "prefix", "regex"] as const;

/** One of exact, prefix, regex. Regular expressions are RE2. */
export const STRING_MATCH = message(MEMBERS, { exactlyOneOf: KEYS });

/** As what a request must not carry: the regular expression `*`, which is none, stands for any value, as in Istio. */
export const STRING_MATCH_ABSENT = message(
  { ...MEMBERS, regex: explicit(string("regex-or-star", 1024)) },
  { atMostOneOf: KEYS },
);

/** As a value of a map of headers or parameters: `{}` means "is present". */
export const STRING_MATCH_OR_PRESENT = message(MEMBERS, { atMostOneOf: KEYS });

export type StringMatch = Infer<typeof STRING_MATCH>;
