import type { KeyPart } from "#core/rate-limit/counting-rule.ts";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import { pathPattern } from "#core/schema/path-pattern.ts";
import { type Address, isWithin, parseCidr } from "#core/simulate/address.ts";

/** A part of a key with what its value is made to; null where it takes none of it. */
export interface PreparedKey extends KeyPart {
  readonly ofText: ((value: string) => string | null) | undefined;
  readonly ofAddress: ((address: Address | undefined) => string | null) | undefined;
}

export function prepareKey(part: KeyPart): PreparedKey {
  const { templates, ranges, regex } = part;
  return {
    ...part,
    ofText: regex !== undefined ? byRegex(regex) : templates.length > 0 ? byTemplate(templates) : undefined,
    ofAddress: ranges.length > 0 ? byRange(ranges) : undefined,
  };
}

/** The first template that a path is of. */
function byTemplate(templates: readonly string[]): (path: string) => string | null {
  const known = templates.map((text) => ({ text, pattern: compileRegex(pathPattern(text)) }));
  return (path) => known.find(({ pattern }) => pattern.matches(asBytes(path)))?.text ?? null;
}

/** The range that says most of an address, of those that it is in. */
function byRange(ranges: readonly string[]): (address: Address | undefined) => string | null {
  const known = ranges
    .flatMap((text) => {
      const [prefix = "", bits] = text.split("/");
      const range = parseCidr(prefix, bits === undefined ? (prefix.includes(":") ? 128 : 32) : Number(bits));
      return range === undefined ? [] : { text, range };
    })
    .sort((a, b) => b.range.bits - a.range.bits);
  return (address) => known.find(({ range }) => isWithin(range, address))?.text ?? null;
}

/** What its first group took, or all of it where it has none; what takes nothing is no value. */
function byRegex(regex: string): (value: string) => string | null {
  const pattern = compileRegex(regex);
  return (value) => {
    const found = pattern.matcher(asBytes(value));
    if (!found.find()) return null;
    const taken = found.group(pattern.groupCount() > 0 ? 1 : 0) ?? "";
    return taken === "" ? null : fromBytes(taken);
  };
}

function fromBytes(bytes: string): string {
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
