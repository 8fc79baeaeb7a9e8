export function joinWords(words: readonly string[], last: "and" | "or"): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** Parts of a line, those that say nothing left out. */
export function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}
