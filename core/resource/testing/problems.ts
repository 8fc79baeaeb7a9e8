import { isKind, KINDS } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

/** One document; `spec` and `metadata` in YAML's flow style. */
export function resource(kind: string, spec: string, metadata = "{ name: a }"): string {
  const group = isKind(kind) ? KINDS[kind].group : "networking.istio.io";
  return `apiVersion: ${group}/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

/** `severity code path @word`, in the order found: the word that stands at the line and column. */
export function problems(text: string): string[] {
  return parseDocuments(text).diagnostics.map(({ line = 0, column = 0, severity, code, path }) => {
    const word = /^[^\s,]*/.exec(text.split("\n")[line - 1]?.slice(column - 1) ?? "")?.[0];
    return `${severity} ${code} ${formatPath(path ?? [])} @${word}`;
  });
}
