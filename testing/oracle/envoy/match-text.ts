import ipaddr from "ipaddr.js";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import { at, isObject, type Json, numberAt, textAt } from "#testing/oracle/json.ts";

/** Envoy's StringMatcher. Throws on one that it does not know, so that nothing is compared by halves. */
export function matchText(matcher: Json, text: string): boolean {
  const ignoresCase = at(matcher, "ignoreCase") === true;
  const fold = (each: string): string => (ignoresCase ? each.toLowerCase() : each);
  const value = fold(text);
  const exact = textAt(matcher, "exact");
  if (exact !== undefined) return value === fold(exact);
  const prefix = textAt(matcher, "prefix");
  if (prefix !== undefined) return value.startsWith(fold(prefix));
  const suffix = textAt(matcher, "suffix");
  if (suffix !== undefined) return value.endsWith(fold(suffix));
  const contains = textAt(matcher, "contains");
  if (contains !== undefined) return value.includes(fold(contains));
  const regex = textAt(matcher, "safeRegex", "regex");
  if (regex !== undefined) return matchRegex(regex, text);
  throw new Error(`not evaluated: ${JSON.stringify(matcher)}`);
}

/** The whole text, in RE2 over bytes, as Envoy does. */
export function matchRegex(regex: string, text: string): boolean {
  return compileRegex(regex).testExact(asBytes(text));
}

const EVALUATED = new Set([
  "name",
  "invertMatch",
  "treatMissingHeaderAsEmpty",
  "presentMatch",
  "stringMatch",
  "exactMatch",
  "prefixMatch",
  "suffixMatch",
  "safeRegexMatch",
]);

/**
 * Envoy's HeaderMatcher on a header's value. Of a header that is not there presence alone can be inverted: any other matcher
 * does not hold, inverted or not, unless what is missing is empty.
 */
export function matchHeader(matcher: Json, found: string | undefined): boolean {
  const unknown = isObject(matcher) ? Object.keys(matcher).find((key) => !EVALUATED.has(key)) : undefined;
  if (unknown !== undefined) throw new Error(`not evaluated: a header's ${unknown}`);
  const isInverted = at(matcher, "invertMatch") === true;
  const value = found ?? (at(matcher, "treatMissingHeaderAsEmpty") === true ? "" : undefined);
  const text = at(matcher, "stringMatch") ?? olderMatcher(matcher);
  if (text === undefined) return (value !== undefined) === ((at(matcher, "presentMatch") ?? true) !== isInverted);
  return value !== undefined && matchText(text, value) !== isInverted;
}

function olderMatcher(matcher: Json): Json {
  const [exact, prefix, suffix] = ["exactMatch", "prefixMatch", "suffixMatch"].map((name) => textAt(matcher, name));
  if (exact !== undefined) return { exact };
  if (prefix !== undefined) return { prefix };
  if (suffix !== undefined) return { suffix };
  const safeRegex = at(matcher, "safeRegexMatch");
  return safeRegex === undefined ? undefined : { safeRegex };
}

/** Whether an address is in a range of its own family. */
export function isInRange(range: Json, address: string): boolean {
  const [prefix, found] = [ipaddr.parse(textAt(range, "addressPrefix") ?? ""), ipaddr.parse(address)];
  return prefix.kind() === found.kind() && found.match(prefix, numberAt(range, "prefixLen") ?? 0);
}
