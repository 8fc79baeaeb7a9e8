/** Labels of a series, the name of its metric as `__name__` among them: ascending by name, none of them empty. Made by `seriesLabels`. */
export type SeriesLabels = ReadonlyMap<string, string>;

export const METRIC_NAME = "__name__";
export const NO_LABELS: SeriesLabels = new Map();

/** By the order of UTF-16 units. An empty value is no label; of a name that comes twice the last value counts. */
export function seriesLabels(entries: Iterable<readonly [string, string]>): SeriesLabels {
  const known = new Map<string, string>();
  for (const [name, value] of entries) {
    if (value === "") known.delete(name);
    else known.set(name, value);
  }
  return new Map([...known].sort(byName));
}

/** Equal for equal labels, and for no others. */
export function textOfLabels(labels: SeriesLabels): string {
  let text = "";
  for (const [name, value] of labels) text += `${name.length}:${name}${value.length}:${value}`;
  return text;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
