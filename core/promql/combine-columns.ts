import { type Column, isEmpty, makeColumn, mergeSame, put, withoutName } from "#core/promql/column.ts";
import { type Binary, type BinaryOp, isComparison, type Matching } from "#core/promql/expr.ts";
import type { Meter } from "#core/promql/meter.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { METRIC_NAME, type SeriesLabels, seriesLabels, textOfLabels } from "#core/promql/series-labels.ts";

/** Arithmetic as it is, comparisons as 1 and 0. */
export function operate(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "^":
      // As IEEE 754 has it, and JavaScript has not.
      return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
    case "atan2":
      return Math.atan2(a, b);
    case "==":
      return a === b ? 1 : 0;
    case "!=":
      return a !== b ? 1 : 0;
    case ">":
      return a > b ? 1 : 0;
    case "<":
      return a < b ? 1 : 0;
    case ">=":
      return a >= b ? 1 : 0;
    case "<=":
      return a <= b ? 1 : 0;
    default:
      throw new PromqlError("execution", `operator ${JSON.stringify(op)} not allowed for numbers`);
  }
}

function dropsName({ op, isBool }: Binary): boolean {
  return isBool || !isComparison(op);
}

/** Each value of a vector with a number that may be another at each step. */
export async function combineWithScalar(
  of: Binary,
  columns: readonly Column[],
  { values: scalar, isLeft }: { readonly values: Float64Array; readonly isLeft: boolean },
  meter: Meter,
): Promise<readonly Column[]> {
  const combined: Column[] = [];
  for (const { labels, values, has } of columns) {
    const column = makeColumn(dropsName(of) ? withoutName(labels) : labels, values.length);
    for (let step = 0; step < values.length; step += 1) {
      if (has[step] !== 1) continue;
      const value = values[step] ?? Number.NaN;
      const other = scalar[step] ?? Number.NaN;
      const result = isLeft ? operate(of.op, other, value) : operate(of.op, value, other);
      // A comparison keeps what the vector has, on whichever side it stands.
      if (!isComparison(of.op) || of.isBool) put(column, step, result);
      else if (result === 1) put(column, step, value);
    }
    combined.push(column);
    const turn = meter.work(values.length);
    if (turn !== undefined) await turn;
  }
  return mergeSame(combined);
}

/** What series of both sides share that belong together. */
function signatureBy({ isOn, labels: names }: Matching): (labels: SeriesLabels) => string {
  const chosen = new Set(names);
  return (labels) =>
    textOfLabels(
      new Map([...labels].filter(([name]) => (isOn ? chosen.has(name) : name !== METRIC_NAME && !chosen.has(name)))),
    );
}

export async function combineSets(
  { op, matching }: Binary,
  left: readonly Column[],
  right: readonly Column[],
  meter: Meter,
): Promise<readonly Column[]> {
  const signature = signatureBy(matching);
  const presence = (columns: readonly Column[]): Map<string, Uint8Array> => {
    const there = new Map<string, Uint8Array>();
    for (const { labels, has } of columns) {
      const name = signature(labels);
      const known = there.get(name);
      if (known === undefined) there.set(name, has.slice());
      else for (let step = 0; step < has.length; step += 1) if (has[step] === 1) known[step] = 1;
    }
    return there;
  };
  await meter.work((left.length + right.length) * (left[0]?.has.length ?? 1));
  const filter = (columns: readonly Column[], there: ReadonlyMap<string, Uint8Array>, isWanted: 0 | 1): Column[] =>
    columns
      .map(({ labels, values, has }): Column => {
        const others = there.get(signature(labels));
        return { labels, values, has: has.map((is, step) => (is === 1 && (others?.[step] ?? 0) === isWanted ? 1 : 0)) };
      })
      .filter((column) => !isEmpty(column));
  if (op === "and") return mergeSame(filter(left, presence(right), 1));
  if (op === "unless") return mergeSame(filter(left, presence(right), 0));
  return mergeSame([...left, ...filter(right, presence(left), 0)]);
}

/** Series of one side with those of the other that they share a signature with. */
export async function combineVectors(
  of: Binary,
  left: readonly Column[],
  right: readonly Column[],
  meter: Meter,
): Promise<readonly Column[]> {
  const { matching, op } = of;
  const signature = signatureBy(matching);
  const isSwapped = matching.many === "right";
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const duplicates = new Duplicates(many);
  const ones = new Map<string, Column[]>();
  for (const column of one) {
    const name = signature(column.labels);
    const known = ones.get(name);
    if (known === undefined) ones.set(name, [column]);
    else {
      duplicates.note(name, known, column);
      known.push(column);
    }
    const turn = meter.work(column.has.length);
    if (turn !== undefined) await turn;
  }
  duplicates.refuse(of);
  const results: Column[] = [];
  const taken = new Map<string, Uint8Array>();
  for (const each of many) {
    const name = signature(each.labels);
    for (const other of ones.get(name) ?? []) {
      const column = makeColumn(resultLabels(of, each.labels, other.labels), each.has.length);
      const used = matching.many === "none" ? usedOf(taken, name, each.has.length) : undefined;
      for (let step = 0; step < each.has.length; step += 1) {
        if (each.has[step] !== 1 || other.has[step] !== 1) continue;
        const a = (isSwapped ? other : each).values[step] ?? Number.NaN;
        const b = (isSwapped ? each : other).values[step] ?? Number.NaN;
        const result = operate(op, a, b);
        const isFilter = isComparison(op) && !of.isBool;
        if (isFilter && result !== 1) continue;
        if (used?.[step] === 1)
          throw new PromqlError(
            "execution",
            "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
          );
        if (used !== undefined) used[step] = 1;
        put(column, step, isFilter ? a : result);
      }
      meter.hold(each.has.length);
      const rest = meter.work(each.has.length);
      if (rest !== undefined) await rest;
      if (!isEmpty(column)) results.push(column);
    }
  }
  try {
    return mergeSame(results);
  } catch (error) {
    if (matching.many === "none") throw error;
    throw new PromqlError("execution", "multiple matches for labels: grouping labels must ensure unique matches");
  }
}

function usedOf(taken: Map<string, Uint8Array>, name: string, count: number): Uint8Array {
  const known = taken.get(name) ?? new Uint8Array(count);
  taken.set(name, known);
  return known;
}

/** Two series of the one side at one step are one too many; the earliest is told of. */
class Duplicates {
  readonly #isMatched: Uint8Array;
  #step = Number.POSITIVE_INFINITY;
  #pair: readonly [SeriesLabels, SeriesLabels] | undefined;
  /** By signature: which column has each step, plus one. */
  readonly #holders = new Map<string, Int32Array>();

  /** Where the many side has nothing, nothing is matched. */
  constructor(many: readonly Column[]) {
    this.#isMatched = new Uint8Array(many[0]?.has.length ?? 0);
    for (const { has } of many) for (const [step, is] of has.entries()) if (is === 1) this.#isMatched[step] = 1;
  }

  /** `known` are those of the signature that were noted before, and the first of all. */
  note(signature: string, known: readonly Column[], column: Column): void {
    let holders = this.#holders.get(signature);
    if (holders === undefined) {
      holders = Int32Array.from(known[0]?.has ?? []);
      this.#holders.set(signature, holders);
    }
    for (let step = 0; step < column.has.length; step += 1) {
      if (column.has[step] !== 1) continue;
      const holder = holders[step] ?? 0;
      if (holder === 0) holders[step] = known.length + 1;
      else if (step < this.#step && this.#isMatched[step] === 1) {
        this.#step = step;
        this.#pair = [column.labels, known[holder - 1]?.labels ?? column.labels];
      }
    }
  }

  refuse({ matching: { isOn, labels, many } }: Binary): void {
    if (this.#pair === undefined) return;
    const [column, before] = this.#pair;
    const group = [...column].filter(([name]) =>
      isOn ? labels.includes(name) : name !== METRIC_NAME && !labels.includes(name),
    );
    throw new PromqlError(
      "execution",
      `found duplicate series for the match group ${writeLabels(new Map(group))} on the ${many === "right" ? "left" : "right"} hand-side of the operation: [${writeLabels(column)}, ${writeLabels(before)}];many-to-many matching not allowed: matching labels must be unique on one side`,
    );
  }
}

function writeLabels(labels: SeriesLabels): string {
  return `{${Array.from(labels, ([label, value]) => `${label}=${JSON.stringify(value)}`).join(", ")}}`;
}

function resultLabels(of: Binary, many: SeriesLabels, one: SeriesLabels): SeriesLabels {
  const { isOn, labels: names, many: side, include } = of.matching;
  const result = new Map(dropsName(of) ? withoutName(many) : many);
  if (side === "none") {
    for (const name of [...result.keys()]) if (names.includes(name) !== isOn) result.delete(name);
    return seriesLabels(result);
  }
  for (const name of include) {
    const value = one.get(name);
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  if (of.isBool) result.delete(METRIC_NAME);
  return seriesLabels(result);
}
