import { recordOf } from "#core/form/read-loosely.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** Paths of the members that the form does not show, so that it can say what else the document holds. */
export function otherFields(value: unknown, at: Path, shown: readonly string[]): readonly string[] {
  return Object.keys(recordOf(value))
    .filter((name) => !shown.includes(name))
    .map((name) => formatPath([...at, name]));
}
