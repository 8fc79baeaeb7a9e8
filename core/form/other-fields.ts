import { recordOf } from "#core/form/read-loosely.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** Paths of the members at a place of the document that the form does not show, so that it can say what else it holds. */
export function otherFields(document: unknown, at: Path, shown: readonly string[]): readonly string[] {
  return Object.keys(recordOf(valueAt(document, at)))
    .filter((name) => !shown.includes(name))
    .map((name) => formatPath([...at, name]));
}

export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, segment) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined,
    document,
  );
}
