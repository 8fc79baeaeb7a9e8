/** `/a/{*}/b` and `/a/{**}` as a regular expression of whole paths: one segment, or any number. */
export function pathPattern(value: string): string {
  return value
    .split(/(\{\*\*?\})/)
    .map((each) => (each === "{*}" ? "[^/]+" : each === "{**}" ? ".*" : escapeRegex(each)))
    .join("");
}

export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
