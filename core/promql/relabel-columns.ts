import { RE2JS } from "re2js";
import { type Column, mergeSame } from "#core/promql/column.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";
import { isRegexTooLarge } from "#core/schema/compile-regex.ts";

const IS_LABEL = /^[a-zA-Z_]\w*$/;

function relabel(columns: readonly Column[], change: (labels: SeriesLabels) => SeriesLabels): readonly Column[] {
  return mergeSame(columns.map((column) => ({ ...column, labels: change(column.labels) })));
}

/** label_replace(v, to, replacement, from, regex): where the whole of `from` is of the pattern. */
export function replaceLabel(
  columns: readonly Column[],
  [to = "", replacement = "", from = "", pattern = ""]: readonly string[],
): readonly Column[] {
  const compiled = compile(pattern);
  if (!IS_LABEL.test(to))
    throw new PromqlError("execution", `invalid destination label name in label_replace(): ${to}`);
  return relabel(columns, (labels) => {
    const match = compiled.matcher(labels.get(from) ?? "");
    if (!match.matches()) return labels;
    const value = replacement.replaceAll(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      if (whole === "$$") return "$";
      const name = braced ?? bare ?? "";
      if (/^\d+$/.test(name)) return Number(name) <= match.groupCount() ? (match.group(Number(name)) ?? "") : "";
      return Object.hasOwn(compiled.namedGroups(), name) ? (match.group(name) ?? "") : "";
    });
    return seriesLabels([...labels, [to, value]]);
  });
}

function compile(pattern: string): RE2JS {
  try {
    if (isRegexTooLarge(pattern)) throw new Error("too large");
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    throw new PromqlError("execution", `invalid regular expression in label_replace(): ${pattern}`);
  }
}

/** label_join(v, to, separator, from…) */
export function joinLabels(
  columns: readonly Column[],
  [to = "", separator = "", ...from]: readonly string[],
): readonly Column[] {
  const bad = from.find((name) => !IS_LABEL.test(name));
  if (bad !== undefined) throw new PromqlError("execution", `invalid source label name in label_join(): ${bad}`);
  if (!IS_LABEL.test(to)) throw new PromqlError("execution", `invalid destination label name in label_join(): ${to}`);
  return relabel(columns, (labels) =>
    seriesLabels([...labels, [to, from.map((name) => labels.get(name) ?? "").join(separator)]]),
  );
}
