export function joinWords(words: readonly string[], last: "and" | "or"): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** The first so many of them: `a, b and 3 more`. */
export function joinFirst(words: readonly string[], most: number): string {
  const named = words.slice(0, most);
  const more = words.length - named.length;
  return joinWords(more === 0 ? named : [...named, `${more} more`], "and");
}

/** Parts of a line, those that say nothing left out. */
export function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}
