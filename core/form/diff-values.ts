import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Path } from "#core/schema/path.ts";

/** The edits that lead from one value to the other, as deep in as they can be; lists of another length are set whole. */
export function diffValues(before: unknown, after: unknown, at: Path = []): DocumentEdit[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => {
      if (!Object.hasOwn(after, name)) return [{ op: "delete" as const, path: [...at, name] }];
      return diffValues(before[name], after[name], [...at, name]);
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => diffValues(item, after[index], [...at, index]));
  return [{ op: "set", path: at, value: after }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
