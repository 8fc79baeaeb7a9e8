/** What somebody else wrote, fit for a line of a log, a terminal and a page: cut, and without control characters or direction marks. */
export function plainText(text: string, charsMax: number): string {
  return text.slice(0, charsMax).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
}
