/**
 * Every field of the spec of kinds that are not read, as references write them: for `docs/reference/fields.md`. Those of what
 * holds others are not listed.
 */
export const UNHANDLED_FIELDS: Readonly<Record<string, readonly string[]>> = {};
