/** The values in typed or pasted text: parted by commas and line ends, without blanks around them, each once. */
export function splitChips(text: string): string[] {
  const parts = text.split(/[,\n\r]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))];
}

/** The values with those of the text after them; one that is there already is not there twice. */
export function addChips(values: readonly string[], text: string): string[] {
  return [...new Set([...values, ...splitChips(text)])];
}
