import type { Locate } from "#cli/client/rollout.ts";
import type { UpsertChange } from "#cli/commands/read-changes.ts";
import { locatePath } from "#core/resource/locate-path.ts";
import { type ParsedDocument, parseDocuments } from "#core/resource/parse-documents.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { parsePath } from "#core/schema/path.ts";

/** `file:line:column` of an object's path in what was applied. Reads the texts only when the first one is asked for. */
export function locateOrigins(changes: readonly UpsertChange[]): Locate {
  let documents: ReadonlyMap<string, ParsedDocument> | undefined;
  return ({ resource, path }) => {
    documents ??= new Map(
      changes
        .flatMap(({ text, file, namespace }) => parseDocuments(text, { file, defaultNamespace: namespace }).documents)
        .map((document) => [formatRef(refOf(document.resource)), document]),
    );
    const document = documents.get(resource);
    const place =
      document === undefined || path === undefined ? undefined : locatePath(document.text, parsePath(path) ?? []);
    if (document === undefined || place === undefined) return undefined;
    return `${document.file ?? "input"}:${document.line + place.line - 1}:${place.column}`;
  };
}
