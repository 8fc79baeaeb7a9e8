import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

const ATTEMPTS_MAX = 6;

/** The document as a resource, without what validation refuses of it; undefined where nothing is left that is taken. */
export function keepValid(document: Readonly<Record<string, unknown>>): AnyResource | undefined {
  const rest = structuredClone(document);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { resources, diagnostics } = parseDocuments(JSON.stringify(rest));
    if (resources[0] !== undefined) return resources[0];
    // From behind: what is taken out of a list moves what follows it.
    const paths = diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ path = [] }) => JSON.stringify(path));
    for (const path of [...new Set(paths)].reverse()) take(rest, JSON.parse(path) as Path);
  }
  return undefined;
}

/** Takes a path out; what is missing, with what it is missing from. */
function take(root: unknown, path: readonly (string | number)[]): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let parent = root;
  for (const segment of path.slice(0, -1)) {
    if (typeof parent !== "object" || parent === null) return;
    parent = (parent as Record<string | number, unknown>)[segment];
  }
  if (typeof parent !== "object" || parent === null) return;
  if (Array.isArray(parent)) {
    if (typeof last === "number") parent.splice(last, 1);
  } else if (Object.hasOwn(parent, last)) delete (parent as Record<string | number, unknown>)[last];
  else take(root, path.slice(0, -1));
}
