import { RE2JS } from "re2js";

/** Beyond this a pattern is not compiled to find out how large it is. */
const STEPS_MAX = 200_000;

/** A pattern that would come to more steps than anybody takes. */
export class RegexTooLarge extends Error {}

/**
 * The pattern as Envoy's RE2 compiles it: over bytes, where every character of a text in UTF-8 is one or more of them. Match against
 * `asBytes` of a text. Throws RE2JSException with the reason for what RE2 does not take, RegexTooLarge for what is not worth compiling.
 */
export function compileRegex(pattern: string): RE2JS {
  const bytes = asBytes(pattern);
  if (countSteps(bytes) > STEPS_MAX) throw new RegexTooLarge();
  // `\C` is any byte, which in bytes is any character.
  return RE2JS.compile(bytes.replaceAll(/\\(.)/gs, (whole, char: string) => (char === "C" ? "(?s:.)" : whole)));
}

/** One character a byte of the text in UTF-8. */
export function asBytes(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** About how many steps a pattern compiles to: each atom one, as often as it is repeated; any number of a pattern that is none. */
export function countSteps(pattern: string): number {
  const outer: number[] = [];
  let steps = 0;
  let last = 0;
  for (const [token] of pattern.matchAll(
    /\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\{(\d{1,6})(?:,(\d{0,6}))?\}|[()]|./gs,
  )) {
    const repeated = /^\{(\d+)(?:,(\d+)?)?\}$/.exec(token);
    if (repeated !== null) {
      const times = Math.max(Number(repeated[1]), Number(repeated[2] ?? 0), 1);
      steps += last * (times - 1);
      last *= times;
    } else if (token === "(") {
      outer.push(steps);
      steps = 0;
    } else if (token === ")") {
      last = steps + 2;
      steps = (outer.pop() ?? 0) + last;
    } else {
      last = 1;
      steps += 1;
    }
    if (steps > STEPS_MAX) return steps;
  }
  return outer.reduce((sum, each) => sum + each, steps);
}
