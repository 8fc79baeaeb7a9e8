import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";
import { parseDocumentsOneByOne } from "#core/resource/parse-documents.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { splitDocuments } from "#core/resource/split-documents.ts";

/** What a change wants a resource to be. */
export interface Write {
  readonly ref: string;
  /** Absent: deleted. */
  readonly resource?: AnyResource;
  readonly text?: string;
  readonly expectedVersion?: number;
  /** When the resource first came to be, where it is known already (a rollback); else the store decides. */
  readonly createdAt?: Date;
}

export interface PlannedChanges {
  readonly writes: readonly Write[];
  /** Any error among them: nothing may be written. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What one write, check or preview may hold; told where it is exceeded. */
const DOCUMENTS_MAX = 10_000;
const CHARACTERS_MAX = 16_000_000;
/** Problems told of one input. */
const DIAGNOSTICS_MAX = 1000;

/** Longest stretch of work before others get their turn. */
const SLICE_MS = 20;

/** Length of all texts. */
export function lengthOf(changes: readonly ConfigChange[]): number {
  return changes.reduce((sum, change) => sum + (change.op === "upsert" ? change.text.length : 0), 0);
}

/** Reads the changes: documents become resources, each named once. Touches nothing. Throws `too-large` beyond the limits. */
export async function planChanges(changes: readonly ConfigChange[]): Promise<PlannedChanges> {
  const writes = new Map<string, Write>();
  const diagnostics: Diagnostic[] = [];
  const empty: Diagnostic[] = [];
  const length = lengthOf(changes);
  if (length > CHARACTERS_MAX)
    throw new PharosError(
      "too-large",
      `there are ${(length / 1e6).toFixed(1)} MB; at most ${CHARACTERS_MAX / 1e6} MB are read at once`,
      {
        hint: "apply them in parts",
      },
    );
  // Told before any of them is read, which takes a millisecond each.
  checkCount(
    changes.reduce((sum, change) => sum + (change.op === "upsert" ? splitDocuments(change.text).length : 1), 0),
  );
  let sliceEnd = performance.now() + SLICE_MS;
  for (const change of changes) {
    if (change.op === "delete") {
      const ref = formatRef(parseRef(change.ref));
      if (writes.has(ref)) diagnostics.push(duplicate(ref, {}));
      writes.set(ref, { ref, ...expected(change.expectedVersion) });
      checkCount(writes.size);
      continue;
    }
    let count = 0;
    for (const parsed of parseDocumentsOneByOne(change.text, {
      file: change.file,
      defaultNamespace: change.namespace,
    })) {
      diagnostics.push(...parsed.diagnostics);
      if (diagnostics.length > DIAGNOSTICS_MAX)
        return { writes: [], diagnostics: [...diagnostics.slice(0, DIAGNOSTICS_MAX), andMore()] };
      for (const { resource, text, line, file } of parsed.documents) {
        const ref = formatRef(refOf(resource));
        count += 1;
        if (writes.has(ref))
          diagnostics.push(duplicate(ref, { line, column: 1, ...(file === undefined ? {} : { file }) }));
        else
          writes.set(ref, { ref, ...toWrite(resource, text, change.namespace), ...expected(change.expectedVersion) });
        checkCount(writes.size);
      }
      if (performance.now() > sliceEnd) {
        await yieldToOthers();
        sliceEnd = performance.now() + SLICE_MS;
      }
    }
    if (count > 1 && change.expectedVersion !== undefined) {
      throw new PharosError("invalid", "expectedVersion is for one resource, and the text holds several", {
        hint: "send each resource as a change of its own",
      });
    }
    if (count === 0 && !diagnostics.some((diagnostic) => diagnostic.severity === "error"))
      empty.push(nothingIn(change.file));
  }
  // One empty file among others is a slip worth a word; nothing at all is not what anybody meant.
  const isNothing = writes.size === 0 && empty.length > 0;
  diagnostics.push(...empty.map((each) => (isNothing ? { ...each, severity: "error" as const } : each)));
  return { writes: [...writes.values()], diagnostics };
}

function duplicate(ref: string, place: Pick<Diagnostic, "file" | "line" | "column">): Diagnostic {
  return {
    severity: "error",
    code: "duplicate-resource",
    resource: ref,
    message: `${ref} appears twice in what is applied`,
    hint: "keep one of the two",
    ...place,
  };
}

function checkCount(count: number): void {
  if (count > DOCUMENTS_MAX)
    throw new PharosError(
      "too-large",
      `there are more than ${DOCUMENTS_MAX} resources; at most so many are read at once`,
      {
        hint: "apply them in parts",
      },
    );
}

function andMore(): Diagnostic {
  return { severity: "error", code: "more-problems", message: "there are more problems; the rest was not read" };
}

function nothingIn(file: string | undefined): Diagnostic {
  return {
    severity: "warning",
    code: "no-document",
    message: "there is no document here",
    ...(file === undefined ? {} : { file }),
    line: 1,
    column: 1,
  };
}

function expected(expectedVersion: number | undefined): { expectedVersion?: number } {
  return expectedVersion === undefined ? {} : { expectedVersion };
}

/**
 * What is kept of a document. `metadata.resourceVersion`, as `get` prints it and Kubernetes reads it, says what the
 * edit began from and is left out; a namespace that was given beside the text is put in.
 */
function toWrite(resource: AnyResource, text: string, namespace: string | undefined): Omit<Write, "ref"> {
  const { resourceVersion, ...metadata } = resource.metadata;
  const edits: DocumentEdit[] = [];
  if (resourceVersion !== undefined) edits.push({ op: "delete", path: ["metadata", "resourceVersion"] });
  if (namespace === metadata.namespace) edits.push({ op: "set", path: ["metadata", "namespace"], value: namespace });
  if (edits.length === 0) return { resource, text: tidy(text) };
  return {
    resource: { ...resource, metadata },
    text: tidy(editDocument(text, edits)),
    ...(resourceVersion === undefined ? {} : { expectedVersion: Number(resourceVersion) }),
  };
}

/** Blank lines around a document are not part of it. */
function tidy(text: string): string {
  return `${text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd()}\n`;
}
