import { LineCounter, parseAllDocuments, type YAMLParseError } from "yaml";

/** A document as the form sees it: its value, or why there is none to show. */
export type OpenDocument =
  | { readonly kind: "open"; readonly value: unknown }
  | { readonly kind: "empty" }
  | { readonly kind: "several"; readonly count: number }
  /** 1-based line. */
  | { readonly kind: "broken"; readonly message: string; readonly line: number };

/** Never throws; broken text stays with the caller, who shows it as it is. */
export function openDocument(text: string): OpenDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(documents)) return { kind: "empty" };
  const filled = documents.filter((document) => document.contents !== null || document.errors.length > 0);
  const [document] = filled;
  if (document === undefined) return { kind: "empty" };
  const error = filled.flatMap(({ errors }) => errors)[0];
  if (error !== undefined)
    return { kind: "broken", message: describeError(error), line: lines.linePos(error.pos[0]).line };
  if (filled.length > 1) return { kind: "several", count: filled.length };
  try {
    return { kind: "open", value: document.toJS() };
  } catch (error) {
    // Aliases that multiply are found only when they are resolved.
    return { kind: "broken", message: error instanceof Error ? error.message : String(error), line: 1 };
  }
}

/** Lower case, as messages are. */
function describeError({ code, message }: YAMLParseError): string {
  if (code === "DUPLICATE_KEY") return "the same name appears twice in one object";
  const line = message.split("\n")[0] ?? "";
  return line.charAt(0).toLowerCase() + line.slice(1);
}
