type Labels = Readonly<Record<string, string>>;

const known = new WeakMap<Labels, string>();

/** One text for equal labels, in whatever order they are. */
export function labelText(labels: Labels): string {
  let text = known.get(labels);
  if (text === undefined) {
    text = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    known.set(labels, text);
  }
  return text;
}
