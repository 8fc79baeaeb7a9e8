import { recordOf } from "#core/form/read-loosely.ts";
import { formatPath, type Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** Paths of the members at a place of the document that the form does not show, so that it can say what else it holds. */
export function otherFields(document: unknown, at: Path, shown: readonly string[]): readonly string[] {
  return Object.keys(recordOf(valueAt(document, at)))
    .filter((name) => !shown.includes(name))
    .map((name) => formatPath([...at, name]));
}
