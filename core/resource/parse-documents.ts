import { Document, LineCounter, type Node, parseDocument } from "yaml";
import type { Diagnostic } from "#core/diagnostic.ts";
import { findDuplicateKeys } from "#core/resource/duplicate-keys.ts";
import { listItems } from "#core/resource/list-items.ts";
import { nodeAtPath, pathAtOffset } from "#core/resource/locate-path.ts";
import type { Placer } from "#core/resource/place-by.ts";
import { readDocument } from "#core/resource/read-document.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { type DocumentText, splitDocuments } from "#core/resource/split-documents.ts";

/** Of one document, in characters. */
const DOCUMENT_LENGTH_MAX = 1_048_576;
const DIAGNOSTICS_MAX = 100;

export interface ParseOptions {
  /** Named in diagnostics. */
  readonly file?: string | undefined;
  /** For documents that name none; "default". */
  readonly defaultNamespace?: string | undefined;
}

export interface ParsedDocument {
  readonly resource: AnyResource;
  /** Its own source, comments kept. */
  readonly text: string;
  readonly file?: string;
  /** Of its first line in the text given, 1-based. */
  readonly line: number;
  /** Where a path of it stands, or the nearest parent of one that is absent. What was read is held as long as this is. */
  readonly place: Placer;
}

export interface ParsedDocuments {
  /** Of the documents without errors. */
  readonly resources: readonly AnyResource[];
  /** In the order of `resources`. */
  readonly documents: readonly ParsedDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** YAML (one document or many, lists too) or JSON → resources, and a diagnostic with line and column for all that is wrong. */
export function parseDocuments(text: string, options: ParseOptions = {}): ParsedDocuments {
  const documents: ParsedDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const parsed of parseDocumentsOneByOne(text, options)) {
    documents.push(...parsed.documents);
    diagnostics.push(...parsed.diagnostics);
  }
  return { resources: documents.map((document) => document.resource), documents, diagnostics };
}

/** The same, one document at a time, so that a caller with thousands can let others have their turn. */
export function* parseDocumentsOneByOne(
  text: string,
  options: ParseOptions = {},
): Generator<Omit<ParsedDocuments, "resources">> {
  for (const part of splitDocuments(text)) {
    const documents: ParsedDocument[] = [];
    const diagnostics: Diagnostic[] = [];
    parseOne(part, options, documents, diagnostics);
    yield { documents, diagnostics };
  }
}

function parseOne(
  part: DocumentText,
  options: ParseOptions,
  documents: ParsedDocument[],
  diagnostics: Diagnostic[],
): void {
  const file = options.file === undefined ? {} : { file: options.file };
  if (part.text.length > DOCUMENT_LENGTH_MAX) {
    const megabytes = (part.text.length / DOCUMENT_LENGTH_MAX).toFixed(1);
    diagnostics.push({
      severity: "error",
      code: "too-large",
      message: `the document has ${megabytes} MB; at most 1 MB is read`,
      hint: "split it with --- lines",
      ...file,
      line: part.line,
      column: 1,
    });
    return;
  }
  const lines = new LineCounter();
  const document = parseDocument(part.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { ...file, line: Math.max(1, line) + part.line - 1, column: Math.max(1, col) };
  };
  const nul = part.text.indexOf("\0");
  if (nul >= 0) {
    diagnostics.push({
      severity: "error",
      code: "bad-yaml",
      message: "there is a NUL character, which YAML does not have",
      ...place(nul),
    });
    return;
  }
  if (document.errors.length > 0) {
    const exhausted = document.errors.find((error) => error.code === "RESOURCE_EXHAUSTION");
    if (exhausted !== undefined) {
      diagnostics.push({
        severity: "error",
        code: "too-large",
        message: "the document is nested too deep",
        ...place(exhausted.pos[0]),
      });
      return;
    }
    for (const error of document.errors.slice(0, 10)) {
      const path = pathAtOffset(document.contents, error.pos[0]);
      diagnostics.push({
        severity: "error",
        code: "bad-yaml",
        path,
        message: lowerFirst(error.message),
        ...place(error.pos[0]),
      });
    }
    return;
  }
  const duplicates = findDuplicateKeys(document.contents);
  for (const { path, node } of duplicates.slice(0, 10)) {
    const message = `${path.at(-1)} appears twice in one object`;
    diagnostics.push({
      severity: "error",
      code: "duplicate-key",
      path,
      message,
      hint: "keep one of the two",
      ...place(node.range?.[0] ?? 0),
    });
  }
  if (duplicates.length > 0) return;
  for (const root of listItems(document)) {
    const { resource, ref, problems } = readDocument(document, root.node, options.defaultNamespace ?? "default");
    for (const { severity, code, path, message, hint, node } of problems.slice(0, DIAGNOSTICS_MAX)) {
      const offset = node?.range?.[0] ?? root.node?.range?.[0] ?? 0;
      diagnostics.push({
        severity,
        code,
        ...(ref === undefined ? {} : { resource: ref }),
        path: [...root.prefix, ...path],
        message,
        ...(hint === undefined ? {} : { hint }),
        ...place(offset),
      });
    }
    if (resource === undefined) continue;
    const line = root.prefix.length === 0 ? part.line : place(root.node?.range?.[0] ?? 0).line;
    documents.push({
      resource,
      text: root.prefix.length === 0 ? part.text : renderItem(document, root.node),
      ...file,
      line,
      place: (path) => {
        const start = nodeAtPath(document, root.node, path)?.range?.[0];
        return start === undefined ? undefined : place(start);
      },
    });
  }
}

/** An item as a document of its own, its comments kept. Anchors outside it are written out. */
function renderItem(document: Document, node: Node | null): string {
  const text = new Document(node).toString({ lineWidth: 0 });
  return /(?:^|\s)\*\w/.test(text) ? new Document(node?.toJS(document)).toString({ lineWidth: 0 }) : text;
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1).replaceAll("\n", " ");
}
