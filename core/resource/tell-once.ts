import type { Diagnostic } from "#core/diagnostic.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/**
 * What is wrong with documents as they were read, and then what was found on the resources that they became: a resource is
 * looked at both times, and each finding is told once, as it was told first.
 */
export function tellOnce(read: readonly Diagnostic[], found: readonly Diagnostic[]): Diagnostic[] {
  const told = new Set(read.map(keyOf));
  return [...read, ...found.filter((finding) => !told.has(keyOf(finding)))];
}

function keyOf({ code, resource, path = [], message }: Diagnostic): string {
  return JSON.stringify([code, resource, formatPath(withoutList(path)), message]);
}

/** In a `kind: List` a document's path begins with its place in the list. */
function withoutList(path: Path): Path {
  return path[0] === "items" && typeof path[1] === "number" ? path.slice(2) : path;
}
