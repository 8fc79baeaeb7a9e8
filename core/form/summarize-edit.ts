import { diffValues } from "#core/form/diff-values.ts";
import { recordOf, textOf } from "#core/form/read-loosely.ts";
import { formatPath } from "#core/schema/path.ts";

const NAMED_MAX = 3;

/** What changed between two states of a document, as the reason of the revision to begin with; `before` is null where it is new. */
export function summarizeEdit(before: unknown, after: unknown): string {
  const { kind, metadata } = recordOf(after);
  const name = textOf(recordOf(metadata).name);
  if (before === null) return `new ${textOf(kind)} ${name}`;
  const places = diffValues(before, after).map(({ path }) => formatPath(path).replace(/^spec\./, ""));
  if (places.length === 0) return "";
  const more = places.length - NAMED_MAX;
  return `${name}: ${places.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
