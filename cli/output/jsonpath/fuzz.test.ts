import { expect, test } from "vitest";
import { UsageError } from "#cli/failure.ts";
import { parseTemplate } from "#cli/output/jsonpath/parse-template.ts";
import { fc, seed } from "#testing/fc.ts";

test(`an expression is read, or refused as one (FUZZ_SEED=${seed})`, () => {
  const part = fc.constantFrom(
    "{",
    "}",
    ".",
    "..",
    "[",
    "]",
    "*",
    "?",
    "(",
    ")",
    "@",
    "$",
    "'",
    '"',
    "range ",
    "end",
    "-1",
    ":",
    "items",
    "\\",
    "==",
    "é",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
        fc.string({ unit: "binary" }),
      ),
      (text) => {
        try {
          parseTemplate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      },
    ),
    { seed, numRuns: 1000 },
  );
});
