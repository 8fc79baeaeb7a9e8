/**
 * The same list with one more. A list of one is made as such: V8 gives the first that is pushed into an empty one room for seventeen, and a
 * graph has a hundred thousand lists of one or two.
 */
export function appended<T>(list: readonly T[], value: T): readonly T[] {
  if (list.length === 0) return [value];
  (list as T[]).push(value);
  return list;
}
