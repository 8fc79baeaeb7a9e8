import type { Condition } from "#core/simulate/condition.ts";
import { readRegex, readStringMatcher, type TextTest } from "#core/simulate/read/string-matcher.ts";
import type { HeaderMatcher } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";

/** `host` is another name of `:authority`, whichever the request came with. */
export function headerName(name: string): string {
  const lower = name.toLowerCase();
  return lower === "host" ? ":authority" : lower;
}

/**
 * A matcher of a header as Envoy's HeaderUtility decides it. Of a header that is not there only "is present" can be inverted: any
 * other matcher does not hold, inverted or not, unless it takes what is missing for empty.
 */
export function readHeaderMatcher(matcher: HeaderMatcher): Condition {
  const { headerMatchSpecifier: wanted, invertMatch, treatMissingHeaderAsEmpty } = matcher;
  const name = headerName(matcher.name);
  if (wanted.case === "presentMatch" || wanted.case === undefined) {
    const isWanted = (wanted.value ?? true) !== invertMatch;
    return {
      text: isWanted ? `header ${name} is present` : `header ${name} is absent`,
      holds: ({ headers }) => (headers.has(name) || treatMissingHeaderAsEmpty) === isWanted,
    };
  }
  const { text, test } = readValue(wanted);
  return {
    text: invertMatch ? `not (header ${name} ${text})` : `header ${name} ${text}`,
    holds({ headers }) {
      const isMatched = headers.someLine(name, test);
      if (isMatched === undefined && !treatMissingHeaderAsEmpty) return false;
      return (isMatched ?? test("")) !== invertMatch;
    },
  };
}

type Specifier = Exclude<HeaderMatcher["headerMatchSpecifier"], { case: "presentMatch" } | { case: undefined }>;

function readValue(wanted: Specifier): TextTest {
  switch (wanted.case) {
    case "stringMatch":
      return readStringMatcher(wanted.value);
    case "safeRegexMatch":
      return readRegex(wanted.value.regex);
    case "exactMatch":
      // Deprecated: an empty one asks for presence alone.
      return { text: `is "${wanted.value}"`, test: (value) => wanted.value === "" || value === wanted.value };
    case "prefixMatch":
      return { text: `begins with "${wanted.value}"`, test: (value) => value.startsWith(wanted.value) };
    case "suffixMatch":
      return { text: `ends with "${wanted.value}"`, test: (value) => value.endsWith(wanted.value) };
    case "containsMatch":
      return { text: `contains "${wanted.value}"`, test: (value) => value.includes(wanted.value) };
    case "rangeMatch": {
      const { start, end } = wanted.value;
      return {
        text: `is a number from ${start} up to ${end}`,
        test: (value) => /^[+-]?\d+$/.test(value) && BigInt(value) >= start && BigInt(value) < end,
      };
    }
  }
}
