import { expect, test } from "vitest";
import { textHider } from "#core/text-hider.ts";

const CUT = "...(truncated)";
const hide = textHider(
  ["Bearer s3cret-value", "Bearer s3cret-value-2", `it's "quoted"`, "ab", "of\ttwo\r\nlines\n", "schlüssel"],
  CUT,
);

test.each([
  ["as it is", "value Bearer s3cret-value is bad", "value [redacted] is bad"],
  ["the longer of two", "Bearer s3cret-value-2!", "[redacted]!"],
  ["with escapes", String.raw`value: "it\'s \"quoted\""`, `value: "[redacted]"`],
  ["the end of a line as it is escaped", String.raw`value: "of\ttwo\r\nlines\n"`, `value: "[redacted]"`],
  ["what is no ASCII as it is", `value: "schlüssel"`, `value: "[redacted]"`],
  ["what is no ASCII byte by byte", String.raw`value: "schl\303\274ssel"`, `value: "[redacted]"`],
  ["with escapes of JSON", String.raw`{"value":"it's \"quoted\""}`, `{"value":"[redacted]"}`],
  ["a short one by itself alone", `value: "ab" of a table`, "value: [redacted] of a table"],
  ["its beginning where the text is cut", `value: "Bearer s3cr${CUT}`, `value: "[redacted]${CUT}`],
  ["a private key", "a -----BEGIN EC PRIVATE KEY-----\nxyz\n-----END EC PRIVATE KEY----- b", "a [redacted] b"],
  ["the beginning of a private key", "a -----BEGIN PRIVATE KEY-----\nxyz", "a [redacted]"],
  ["nothing else", "the value Bearer is no secret", "the value Bearer is no secret"],
])("hides %s", (_, text, hidden) => {
  expect(hide(text)).toBe(hidden);
});
