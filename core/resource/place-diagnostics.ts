import { isMap, LineCounter, type Node, parseDocument } from "yaml";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { listItems } from "#core/resource/list-items.ts";
import { nodeAtPath } from "#core/resource/locate-path.ts";
import { type Placer, placeBy } from "#core/resource/place-by.ts";
import { splitDocuments } from "#core/resource/split-documents.ts";

/**
 * Gives what is found on resources that are applied the file, line and column of its path in the texts that were given, or of
 * the nearest parent of one that is absent. What has a place keeps it, and what is on other resources has none. Reads no
 * document twice, and only those in which a name occurs that is looked for.
 */
export function placeDiagnostics(diagnostics: readonly Diagnostic[], changes: readonly ConfigChange[]): Diagnostic[] {
  const wanted = new Set(
    diagnostics.flatMap(({ resource, path, line }) =>
      resource === undefined || path === undefined || line !== undefined ? [] : [resource],
    ),
  );
  return placeBy(diagnostics, findPlacers(wanted, changes));
}

/** By resource. */
function findPlacers(wanted: ReadonlySet<string>, changes: readonly ConfigChange[]): ReadonlyMap<string, Placer> {
  const placers = new Map<string, Placer>();
  const names = [...new Set([...wanted].map((ref) => ref.slice(ref.lastIndexOf("/") + 1)))];
  if (names.length === 0) return placers;
  for (const change of changes) {
    if (change.op === "delete") continue;
    const file = change.file === undefined ? {} : { file: change.file };
    for (const part of splitDocuments(change.text)) {
      if (!names.some((name) => part.text.includes(name))) continue;
      const lines = new LineCounter();
      const document = parseDocument(part.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
      for (const { node: root } of listItems(document)) {
        const ref = readRefOf(root, change.namespace ?? "default");
        if (!wanted.has(ref) || placers.has(ref)) continue;
        placers.set(ref, (path) => {
          const start = nodeAtPath(document, root, path)?.range?.[0];
          if (start === undefined) return undefined;
          const { line, col } = lines.linePos(start);
          return { ...file, line: part.line + line - 1, column: col };
        });
      }
    }
  }
  return placers;
}

/** `VirtualService/default/reviews`, by what the document says of itself. */
function readRefOf(root: Node | null, defaultNamespace: string): string {
  if (!isMap(root)) return "";
  const text = (...path: string[]) => String(root.getIn(path) ?? "");
  return `${text("kind")}/${text("metadata", "namespace") || defaultNamespace}/${text("metadata", "name")}`;
}
