const WHOLE_MAX = 20;
const TAIL = 10;

/** The part of a name that may be cut at its end, and the part that always stays; short names are all head. */
export function splitForCut(text: string): readonly [head: string, tail: string] {
  const letters = [...text];
  if (letters.length <= WHOLE_MAX) return [text, ""];
  return [letters.slice(0, -TAIL).join(""), letters.slice(-TAIL).join("")];
}
