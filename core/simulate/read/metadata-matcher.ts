import { type Condition, unknown } from "#core/simulate/condition.ts";
import { readStringMatcher } from "#core/simulate/read/string-matcher.ts";
import { valueAt } from "#core/simulate/value-at.ts";
import type { MetadataMatcher } from "#proto/gen/envoy/type/matcher/v3/metadata_pb.js";
import type { ValueMatcher } from "#proto/gen/envoy/type/matcher/v3/value_pb.js";

interface ValueTest {
  readonly text: string;
  readonly test: (value: unknown) => boolean;
}

/** What a filter before has found out about the request, by a path of names. */
export function readMetadataMatcher({ filter, path, value, invert }: MetadataMatcher): Condition {
  const names = path.map(({ segment }) => segment.value ?? "");
  const said = value === undefined ? undefined : readValue(value);
  // Of a token what stands behind the payload are its claims.
  const what = filter.endsWith(".jwt_authn") ? `token's ${names.slice(1).join(".")}` : `${filter} ${names.join(".")}`;
  if (said === undefined) return unknown(`${what} by ${value?.matchPattern.case ?? "nothing"}`);
  const { text, test } = said;
  return {
    text: invert ? `not (${what} ${text})` : `${what} ${text}`,
    holds: ({ metadata }) => test(valueAt(metadata.get(filter), names)) !== invert,
  };
}

function readValue({ matchPattern: wanted }: ValueMatcher): ValueTest | undefined {
  switch (wanted.case) {
    case "stringMatch": {
      const { text, test } = readStringMatcher(wanted.value);
      return { text, test: (value) => typeof value === "string" && test(value) };
    }
    case "listMatch": {
      const inside = wanted.value.matchPattern;
      const item = inside.case === "oneOf" ? readValue(inside.value) : undefined;
      if (item === undefined) return undefined;
      return { text: `has one that ${item.text}`, test: (value) => Array.isArray(value) && value.some(item.test) };
    }
    case "orMatch": {
      const all = wanted.value.valueMatchers.map(readValue);
      const known = all.filter((each) => each !== undefined);
      if (known.length < all.length) return undefined;
      return {
        text: known.map(({ text }) => text).join(" or "),
        test: (value) => known.some(({ test }) => test(value)),
      };
    }
    case "boolMatch":
      return { text: `is ${wanted.value}`, test: (value) => value === wanted.value };
    case "presentMatch":
      return {
        text: wanted.value ? "is there" : "is not there",
        test: (value) => (value !== undefined) === wanted.value,
      };
    default:
      return undefined;
  }
}
