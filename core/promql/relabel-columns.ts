import { RE2JS } from "re2js";
import { type Column, mergeSame } from "#core/promql/column.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import { budgeted } from "#core/promql/matcher.ts";
import type { Meter } from "#core/promql/meter.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";
import { type PatternBudget, PatternTooCostly } from "#core/schema/pattern-budget.ts";

const IS_LABEL = /^[a-zA-Z_]\w*$/;
/** Of UTF-16 in as much memory as a point takes. */
const CHARS_PER_POINT = 4;

/** `change` answers what label `to` becomes; undefined: it stays. */
async function relabel(
  columns: readonly Column[],
  to: string,
  meter: Meter,
  change: (labels: SeriesLabels) => string | undefined,
): Promise<readonly Column[]> {
  const changed: Column[] = [];
  for (const column of columns) {
    const value = change(column.labels);
    // Texts that are made of themselves again and again would soon be larger than all samples.
    meter.hold(Math.ceil((value ?? "").length / CHARS_PER_POINT));
    const turn = meter.work(column.labels.size * 10);
    if (turn !== undefined) await turn;
    changed.push(value === undefined ? column : { ...column, labels: seriesLabels([...column.labels, [to, value]]) });
  }
  return mergeSame(changed);
}

/** label_replace(v, to, replacement, from, regex): where the whole of `from` is of the pattern. */
export async function replaceLabel(
  columns: readonly Column[],
  [to = "", replacement = "", from = "", pattern = ""]: readonly string[],
  { meter, patterns }: Pick<EvalScope, "meter" | "patterns">,
): Promise<readonly Column[]> {
  const { compiled, steps } = compile(pattern, patterns);
  if (!IS_LABEL.test(to))
    throw new PromqlError("execution", `invalid destination label name in label_replace(): ${to}`);
  return relabel(columns, to, meter, (labels) => {
    const text = labels.get(from) ?? "";
    const match = compiled.matcher(text);
    if (!budgeted(patterns, steps, text, () => match.matches())) return undefined;
    let size = 0;
    return replacement.replaceAll(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      if (whole === "$$") return "$";
      const name = braced ?? bare ?? "";
      const isThere = /^\d+$/.test(name)
        ? Number(name) <= match.groupCount()
        : Object.hasOwn(compiled.namedGroups(), name);
      const group = isThere ? (match.group(/^\d+$/.test(name) ? Number(name) : name) ?? "") : "";
      size += group.length;
      if (size / CHARS_PER_POINT > meter.left) meter.hold(Math.ceil(size / CHARS_PER_POINT));
      return group;
    });
  });
}

function compile(pattern: string, patterns: PatternBudget): { readonly compiled: RE2JS; readonly steps: number } {
  try {
    const steps = patterns.admit(pattern);
    return { compiled: RE2JS.compile(pattern, RE2JS.DOTALL), steps };
  } catch (error) {
    if (error instanceof PatternTooCostly) throw new PromqlError("execution", error.message);
    throw new PromqlError("execution", `invalid regular expression in label_replace(): ${pattern.slice(0, 1000)}`);
  }
}

/** label_join(v, to, separator, from…) */
export async function joinLabels(
  columns: readonly Column[],
  [to = "", separator = "", ...from]: readonly string[],
  { meter }: Pick<EvalScope, "meter">,
): Promise<readonly Column[]> {
  const bad = from.find((name) => !IS_LABEL.test(name));
  if (bad !== undefined) throw new PromqlError("execution", `invalid source label name in label_join(): ${bad}`);
  if (!IS_LABEL.test(to)) throw new PromqlError("execution", `invalid destination label name in label_join(): ${to}`);
  return relabel(columns, to, meter, (labels) => {
    const parts = from.map((name) => labels.get(name) ?? "");
    const size = parts.reduce((sum, each) => sum + each.length + separator.length, 0);
    if (size / CHARS_PER_POINT > meter.left) meter.hold(Math.ceil(size / CHARS_PER_POINT));
    return parts.join(separator);
  });
}
