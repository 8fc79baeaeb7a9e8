import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import {
  AGGREGATIONS,
  type AggregationOp,
  type Binary,
  type BinaryOp,
  type Expr,
  type Matching,
  type Place,
  type TimeShift,
  type VectorSelector,
} from "#core/promql/expr.ts";
import { parseNumber, unquote } from "#core/promql/literals.ts";
import { type Matcher, type MatchOp, makeMatcher } from "#core/promql/matcher.ts";
import { parseDurationExpr } from "#core/promql/parse-duration-expr.ts";
import { parseError } from "#core/promql/promql-error.ts";
import { METRIC_NAME } from "#core/promql/series-labels.ts";
import { PatternBudget } from "#core/schema/pattern-budget.ts";

const CHARS_MAX = 100_000;
/** Deeper ones nobody writes, and each costs a frame of the stack. */
const DEPTH_MAX = 200;
const NO_SHIFT: TimeShift = { offsetMs: 0 };

const OPS: Readonly<Record<string, BinaryOp>> = {
  Pow: "^",
  Mul: "*",
  Div: "/",
  Mod: "%",
  Atan2: "atan2",
  Add: "+",
  Sub: "-",
  Eql: "==",
  Gte: ">=",
  Gtr: ">",
  Lte: "<=",
  Lss: "<",
  Neq: "!=",
  And: "and",
  Or: "or",
  Unless: "unless",
};

/** The text as an expression, not yet checked for types. Throws PromqlError of type "bad_data". Texts of one question share `patterns`. */
export function parseExpr(written: string, patterns = new PatternBudget()): Expr {
  if (written.length > CHARS_MAX)
    throw parseError("", 0, `a query of ${written.length} characters: ${CHARS_MAX} at most`);
  // The name of old, which the grammar has no more.
  const text = written.replaceAll(
    /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*)|\bholt_winters(?=\s*\()/g,
    (found, quoted) => (quoted === undefined ? "double_exponential_smoothing" : found),
  );
  const tree = parser.parse(text);
  let fault: number | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) fault ??= node.from;
    },
  });
  const first = tree.topNode.firstChild;
  if (text.replaceAll(/#.*/g, "").trim() === "") throw parseError(text, 0, "no expression found in input");
  if (fault !== undefined || first === null) throw syntaxError(text, fault ?? 0);
  const root = children(tree.topNode).find(({ name }) => name !== "LineComment");
  if (root === undefined) throw parseError(text, 0, "no expression found in input");
  return new ExprReader(text, patterns).read(root, 0);
}

function syntaxError(text: string, at: number): Error {
  const called = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(0, at));
  if (called !== null && text[at] === "(")
    return parseError(text, called.index, `unknown function with name ${JSON.stringify(called[1])}`);
  return parseError(text, at, unexpected(text, at));
}

function unexpected(text: string, at: number): string {
  const rest = text.slice(at).trimStart();
  if (rest === "") return "unexpected end of input";
  const [token = rest[0] ?? ""] = /^[\w:.]+|^"[^"\n]*"?|^'[^'\n]*'?/.exec(rest) ?? [];
  return `unexpected ${JSON.stringify(token.slice(0, 100))}`;
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== "LineComment") found.push(child);
  return found;
}

class ExprReader {
  readonly #text: string;
  readonly #patterns: PatternBudget;

  constructor(text: string, patterns: PatternBudget) {
    this.#text = text;
    this.#patterns = patterns;
  }

  read(node: SyntaxNode, depth: number): Expr {
    if (depth > DEPTH_MAX) throw this.#fault(node, `nested deeper than ${DEPTH_MAX}`);
    const place: Place = { from: node.from, to: node.to };
    const parts = children(node);
    const inner = (child: SyntaxNode | undefined): Expr => {
      if (child === undefined) throw this.#fault(node, "unexpected end of input");
      return this.read(child, depth + 1);
    };
    switch (node.name) {
      case "NumberDurationLiteral":
        return { kind: "number", value: this.#number(node), place };
      case "StringLiteral":
        return { kind: "string", value: this.#string(node), place };
      case "ParenExpr":
        return { kind: "paren", of: inner(parts[0]), place };
      case "UnaryExpr":
        return { kind: "unary", op: this.#of(node)[0] === "-" ? "-" : "+", of: inner(parts[1]), place };
      case "VectorSelector":
        return this.#vectorSelector(node, parts);
      case "MatrixSelector": {
        const selector = inner(parts[0]);
        if (selector.kind !== "vector-selector")
          throw parseError(
            this.#text,
            this.#text.indexOf("[", selector.place.to),
            "ranges only allowed for vector selectors",
          );
        if (selector.shift !== NO_SHIFT)
          throw this.#fault(
            node,
            `no ${selector.shift.at === undefined ? "offset" : "@"} modifiers allowed before range`,
          );
        return { kind: "matrix-selector", selector, rangeMs: this.#range(parts[1], "duration"), place };
      }
      case "SubqueryExpr": {
        const [of, range, step] = parts;
        return {
          kind: "subquery",
          of: inner(of),
          rangeMs: this.#range(range, "duration"),
          stepMs: step === undefined ? undefined : this.#range(step, "duration"),
          shift: NO_SHIFT,
          place,
        };
      }
      case "OffsetExpr": {
        const offsetMs = parseDurationExpr(this.#text, parts[2]);
        return this.#shifted(node, inner(parts[0]), (shift) => {
          if (shift.offsetMs !== 0) throw this.#fault(node, "offset may not be set multiple times");
          return { ...shift, offsetMs };
        });
      }
      case "StepInvariantExpr": {
        const at = this.#at(parts[2]);
        return this.#shifted(node, inner(parts[0]), (shift) => {
          if (shift.at !== undefined) throw this.#fault(node, "@ <timestamp> may not be set multiple times");
          return { ...shift, at };
        });
      }
      case "BinaryExpr":
        return this.#binary(node, parts, depth);
      case "AggregateExpr":
        return this.#aggregation(node, parts, depth);
      case "FunctionCall": {
        const [name, body] = parts;
        const args = body === undefined ? [] : children(body).map((arg) => this.read(arg, depth + 1));
        return { kind: "call", name: name === undefined ? "" : this.#of(name), args, place };
      }
      default:
        throw this.#fault(node, `${this.#of(node).slice(0, 100)}: this form is not supported`);
    }
  }

  #shifted(node: SyntaxNode, of: Expr, change: (shift: TimeShift) => TimeShift): Expr {
    const place = { from: node.from, to: node.to };
    if (of.kind === "vector-selector" || of.kind === "subquery") return { ...of, shift: change(of.shift), place };
    if (of.kind === "matrix-selector")
      return { ...of, selector: { ...of.selector, shift: change(of.selector.shift) }, place };
    const what = node.name === "OffsetExpr" ? "offset" : "@";
    throw this.#fault(
      node,
      `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  #at(node: SyntaxNode | undefined): NonNullable<TimeShift["at"]> {
    if (node === undefined) throw parseError(this.#text, this.#text.length, "unexpected end of input");
    if (node.name === "AtModifierPreprocessors") return { kind: this.#of(node).startsWith("start") ? "start" : "end" };
    const seconds = this.#number(node);
    if (!Number.isFinite(seconds) || Math.abs(seconds) > 9.2e15)
      throw this.#fault(node, `timestamp out of bounds for @ modifier: ${seconds}`);
    return { kind: "time", atMs: Math.round(seconds * 1000) };
  }

  #vectorSelector(node: SyntaxNode, parts: readonly SyntaxNode[]): VectorSelector {
    const matchers: Matcher[] = [];
    let name: string | undefined;
    const setName = (at: SyntaxNode, value: string): void => {
      if (name !== undefined)
        throw this.#fault(at, `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(value)}`);
      name = value;
      matchers.push(makeMatcher(METRIC_NAME, "=", value));
    };
    for (const part of parts) {
      if (part.name === "Identifier") setName(part, this.#of(part));
      else if (part.name === "LabelMatchers")
        for (const each of children(part)) {
          const [label, op, value] = children(each);
          if (each.name === "QuotedLabelName") setName(each, this.#string(label ?? each));
          else if (label !== undefined && op !== undefined && value !== undefined)
            matchers.push(this.#matcher(label, this.#of(op) as MatchOp, value));
        }
    }
    if (name !== undefined && matchers.filter((each) => each.name === METRIC_NAME).length > 1)
      throw this.#fault(
        node,
        `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(matchers.find((each) => each.name === METRIC_NAME && each.value !== name)?.value ?? name)}`,
      );
    if (matchers.every((each) => each.matches("")))
      throw this.#fault(node, "vector selector must contain at least one non-empty matcher");
    return { kind: "vector-selector", matchers, shift: NO_SHIFT, place: { from: node.from, to: node.to } };
  }

  #matcher(label: SyntaxNode, op: MatchOp, value: SyntaxNode): Matcher {
    const name = label.name === "QuotedLabelName" ? this.#string(label.firstChild ?? label) : this.#of(label);
    try {
      return makeMatcher(name, op, this.#string(value), this.#patterns);
    } catch (error) {
      throw this.#fault(value, error instanceof Error ? error.message : String(error));
    }
  }

  #binary(node: SyntaxNode, parts: readonly SyntaxNode[], depth: number): Expr {
    const place = { from: node.from, to: node.to };
    const [first, token, ...rest] = parts;
    const last = rest.at(-1);
    const op = OPS[token?.name ?? ""];
    if (first === undefined || token === undefined || last === undefined || op === undefined)
      throw this.#fault(node, "this operator is not supported");
    const opPlace: Place = { from: token.from, to: token.to };
    const modifiers = rest.slice(0, -1);
    if (modifiers.some(({ name }) => name === "FillModifier"))
      throw this.#fault(node, "fill modifiers are not supported");
    const isBool = modifiers.some(({ name }) => name === "BoolModifier");
    const clause = modifiers.find(({ name }) => name === "MatchingModifierClause");
    const matching = this.#matching(clause);
    const left = this.read(first, depth + 1);
    const right = this.read(last, depth + 1);
    const made = (of: Expr): Binary => ({
      kind: "binary",
      op,
      left: of,
      right,
      isBool,
      matching,
      opPlace,
      place,
    });
    // A sign binds less than a power, and the grammar has it within the number.
    const sign = this.#of(first)[0];
    if (op === "^" && left.kind === "number" && (sign === "-" || sign === "+"))
      return { kind: "unary", op: sign, of: made({ ...left, value: sign === "-" ? -left.value : left.value }), place };
    return made(left);
  }

  #matching(clause: SyntaxNode | undefined): Matching {
    if (clause === undefined) return { isOn: false, labels: [], many: "none", include: [], isWritten: false };
    const parts = children(clause);
    const lists = parts.filter(({ name }) => name === "GroupingLabels");
    const isLeft = parts.some(({ name }) => name === "GroupLeft");
    const isRight = parts.some(({ name }) => name === "GroupRight");
    return {
      isOn: parts[0]?.name === "On",
      labels: this.#labels(lists[0]),
      many: isLeft ? "left" : isRight ? "right" : "none",
      include: this.#labels(lists[1]),
      isWritten: true,
    };
  }

  #aggregation(node: SyntaxNode, parts: readonly SyntaxNode[], depth: number): Expr {
    const name = this.#of(parts[0] ?? node).toLowerCase();
    const op = AGGREGATIONS.find((each) => each === name);
    if (op === undefined) throw this.#fault(node, `${name} is not supported`);
    const body = parts.find((part) => part.name === "FunctionCallBody");
    const modifier = parts.find((part) => part.name === "AggregateModifier");
    const args = body === undefined ? [] : children(body).map((arg) => this.read(arg, depth + 1));
    const wanted = hasParam(op) ? 2 : 1;
    if (args.length === 0) throw this.#fault(node, "no arguments for aggregate expression provided");
    if (args.length !== wanted)
      throw this.#fault(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    const [grouping, list] = modifier === undefined ? [] : children(modifier);
    return {
      kind: "aggregation",
      op,
      of: args.at(-1) as Expr,
      param: wanted === 2 ? args[0] : undefined,
      isWithout: grouping?.name === "Without",
      labels: this.#labels(list),
      place: { from: node.from, to: node.to },
    };
  }

  #labels(list: SyntaxNode | undefined): readonly string[] {
    if (list === undefined) return [];
    return children(list).map((each) =>
      each.name === "QuotedLabelName" ? this.#string(each.firstChild ?? each) : this.#of(each),
    );
  }

  #range(node: SyntaxNode | undefined, what: string): number {
    const ms = node === undefined ? Number.NaN : parseDurationExpr(this.#text, node);
    if (!(ms > 0)) throw parseError(this.#text, node?.from ?? 0, `${what} must be greater than 0`);
    return ms;
  }

  #number(node: SyntaxNode): number {
    const value = parseNumber(this.#of(node));
    if (value === undefined) throw this.#fault(node, `error parsing number: ${JSON.stringify(this.#of(node))}`);
    return value;
  }

  #string(node: SyntaxNode): string {
    const value = unquote(this.#of(node));
    if (value === undefined)
      throw this.#fault(
        node,
        this.#of(node).length < 2 || this.#of(node).at(-1) !== this.#of(node)[0]
          ? "unterminated quoted string"
          : "unknown escape sequence",
      );
    return value;
  }

  #of(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  #fault(node: SyntaxNode, message: string): Error {
    return parseError(this.#text, node.from, message);
  }
}

function hasParam(op: AggregationOp): boolean {
  return op === "topk" || op === "bottomk" || op === "count_values" || op === "quantile";
}
