import { expect, test } from "vitest";
import { hostMatches } from "#core/host/host.ts";
import { patternsFor } from "#server/compile/host-patterns.ts";

const PATTERNS = ["*", "*.c", "*.b.c", "*b.c", "*c", "*a.b.c", "*.a.b.c", "*.", "*x", "*.x.b.c"];

test.each(["a.b.c", "*.b.c", "*.c", "*", "c", "x", "ab.c", "a.x.b.c"])(
  "the patterns that cover %s are those that match it",
  (host) => {
    const byPattern = new Map(PATTERNS.map((pattern) => [pattern, new Set([pattern])]));
    const covering = PATTERNS.filter((pattern) => hostMatches(pattern, host));
    expect(new Set(patternsFor(byPattern, host))).toEqual(new Set(covering));
  },
);
