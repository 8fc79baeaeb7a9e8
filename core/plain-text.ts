import { cutText } from "#core/cut-text.ts";

/** Of these alone most texts are, and asking for that is far cheaper. */
const PRINTABLE = /^[ -~]*$/;

/** What somebody else wrote, fit for a line of a log, a terminal and a page: cut, and without control characters or direction marks. */
export function plainText(text: string, charsMax: number): string {
  const cut = cutText(text, charsMax);
  return PRINTABLE.test(cut) ? cut : cut.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
}

/** The same of several lines, whole. */
export function plainLines(text: string): string {
  return text.replaceAll(/(?:(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}])+/gu, " ");
}
