/** A pattern in which stars stand for anything, taken apart once: its parts are looked for once each, whatever the text is. */
export function compileLike(pattern: string): (text: string) => boolean {
  const [first = "", ...between] = pattern.split(/\*+/);
  const last = between.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
