import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import type { StringMatcher } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";

/** A test of a text. */
export interface TextTest {
  /** What it asks for, behind the name of what is asked: `is "a"`, `begins with "a"`. */
  readonly text: string;
  readonly test: (value: string) => boolean;
}

const NEVER: TextTest = { text: "is what no value is", test: () => false };

/** As Envoy: the whole text has to match. A pattern that RE2 refuses matches nothing; Envoy would refuse the resource. */
export function readRegex(pattern: string): TextTest {
  const text = `matches ${pattern}`;
  // What says "anything" needs no engine.
  if (pattern === ".*") return { text, test: (value) => !value.includes("\n") };
  if (pattern === ".+") return { text, test: (value) => value !== "" && !value.includes("\n") };
  try {
    const compiled = compileRegex(pattern);
    return { text, test: (value) => compiled.testExact(asBytes(value)) };
  } catch {
    return { ...NEVER, text };
  }
}

export function readStringMatcher({ matchPattern, ignoreCase }: StringMatcher): TextTest {
  const said = ignoreCase ? ", whatever its case" : "";
  const fold = (value: string): string => (ignoreCase ? lowerAscii(value) : value);
  switch (matchPattern.case) {
    case "exact": {
      const wanted = fold(matchPattern.value);
      return { text: `is "${matchPattern.value}"${said}`, test: (value) => fold(value) === wanted };
    }
    case "prefix": {
      const wanted = fold(matchPattern.value);
      return { text: `begins with "${matchPattern.value}"${said}`, test: (value) => fold(value).startsWith(wanted) };
    }
    case "suffix": {
      const wanted = fold(matchPattern.value);
      return { text: `ends with "${matchPattern.value}"${said}`, test: (value) => fold(value).endsWith(wanted) };
    }
    case "contains": {
      const wanted = fold(matchPattern.value);
      return { text: `contains "${matchPattern.value}"${said}`, test: (value) => fold(value).includes(wanted) };
    }
    case "safeRegex":
      return readRegex(matchPattern.value.regex);
    default:
      return NEVER;
  }
}

/** As Envoy folds: of the letters of ASCII alone. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
