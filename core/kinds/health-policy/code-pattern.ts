/** As Kiali reads codes: X is any digit. */
export function codePattern(written: string): string {
  return written.replace(/X/gi, "\\d");
}
