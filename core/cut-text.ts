/**
 * The first characters of a text, as a text of its own: a part of a text keeps all of it in memory, and of what somebody else sends that may
 * be megabytes for a name.
 */
export function cutText(text: string, charsMax: number): string {
  // V8 makes one piece of what is put together before it takes a part of that.
  return text.length > charsMax ? ` ${text.slice(0, charsMax)}`.slice(1) : text;
}
