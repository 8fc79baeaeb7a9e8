import type { Diagnostic } from "#core/diagnostic.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Path } from "#core/schema/path.ts";

/** What the editor gives to the form of a kind: the document as it stands and the way to change it. */
export interface FormContext {
  /** The document's value. */
  readonly value: unknown;
  readonly edit: (edits: readonly DocumentEdit[]) => void;
  /** What is wrong at the path or inside it, for the field that shows it. */
  readonly problemAt: (path: Path) => string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly isNew: boolean;
  /** New, and nothing filled in yet: what is missing is asked for, not complained of. */
  readonly isPristine: boolean;
  /** One wanted to go on: what is still missing is told. */
  readonly isAttempted: boolean;
}

/** A change of another resource that has to go along. */
export interface Companion {
  readonly ref: string;
  readonly isNew: boolean;
  /** "adds the subsets v2 and v3" */
  readonly what: string;
  readonly text: string;
  readonly expectedVersion: number;
}
