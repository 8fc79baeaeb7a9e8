import { expect, test } from "vitest";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

// Each line was given to Envoy 1.40 as a safe_regex: what it took and what it refused.
test.each(TAKEN())("takes %s", (pattern) => {
  expect(checkRegex(pattern)).toBeUndefined();
});

test.each(REFUSED())("refuses %s", (pattern) => {
  expect(checkRegex(pattern)).toMatch(/^(is not a regular expression of RE2|is too large|is empty)/);
});

test("what would take long to compile is refused unseen, and what is large by its classes is not", () => {
  expect(checkRegex(`(${".{1000}|".repeat(500)}a)`)).toMatch(/^is too large/);
  expect(checkRegex(`(?:${"[a-z0-9(){}-]{8}-".repeat(100)})`)).toBeUndefined();
});

test("characters are their bytes, as in Envoy", () => {
  expect(compileRegex("日.").matches(asBytes("日本"))).toBe(false);
  expect(compileRegex("日.{3}").matches(asBytes("日本"))).toBe(true);
  expect(compileRegex("\\C{6}").matches(asBytes("日本"))).toBe(true);
});

function TAKEN(): string[] {
  return [
    "/api/v[0-9]+/.*",
    "(?i)^jason$",
    "(?P<name>[a-z]+)",
    "(?<name>[a-z]+)",
    "(?:a|b)+?",
    "(?i:a)b",
    "(?s-m:.)",
    "[^/]+",
    "[]a]",
    "[a\\]b]",
    "[[:alpha:]_-]",
    "\\d{1,3}(\\.\\d{1,3}){3}",
    "a{2}",
    "a{2,}",
    "a{,2}",
    "a{x}",
    "{",
    "}",
    "]",
    "\\pL\\p{Greek}\\P{^Lu}",
    "\\x41\\x{FF}",
    "\\Qa.b\\E+",
    "\\Aa\\z",
    "\\bword\\B",
    "\\C",
    "\\/\\-\\_",
    "\\101",
    "a|",
    "()",
    "^$",
    "(a{10}){100}",
    "日本",
  ];
}

function REFUSED(): string[] {
  return [
    "",
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "(?<!a)b",
    "(a)\\1",
    "\\k<a>",
    "(?>a)",
    "a++",
    "a**",
    "a*+",
    "a{2}{3}",
    "*a",
    "{2}a",
    "(?i)*",
    "+",
    "?",
    "a|*",
    "(a",
    "a)",
    "[a",
    "[z-a]",
    "[[:nope:]]",
    "a\\",
    "\\h",
    "\\Z",
    "\\u0041",
    "\\x{100}",
    "a{1001}",
    "a{2,1}",
    "(a{100}){11}",
    "(?z)a",
    "(?P<a-b>x)",
    "(?P=name)",
    "(?#comment)a",
  ];
}
