import { type Expression, partsOf } from "#core/schema/cel/expression.ts";
import { CelProblem, type Token, tokenize } from "#core/schema/cel/tokenize.ts";

/** Operators by how closely they bind, the loosest first. */
const BINARY: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["<", "<=", ">=", ">", "==", "!=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
/** Words that are no names of anything. */
const RESERVED = new Set(
  "as break const continue else for function if import in let loop package namespace return var void while".split(" "),
);
/** Of what is inside each other, as it is written and as it is evaluated (Envoy counts both); and of the text. */
const DEPTH_MAX = 32;
const LENGTH_MAX = 4096;
const TOO_DEEP = `it is more than ${DEPTH_MAX} levels deep`;
/** Chains of them are one level. */
const FLAT = new Set(["||", "&&"]);

/** The expression that a text is, by the grammar of CEL's language definition; or what is wrong with it. */
export function parseCel(text: string): { readonly expression: Expression } | { readonly problem: string } {
  if (text.length > LENGTH_MAX) return { problem: `is longer than ${LENGTH_MAX} characters` };
  try {
    return { expression: new Parser(tokenize(text)).whole() };
  } catch (error) {
    if (error instanceof CelProblem) return { problem: `is no expression: ${error.message}` };
    throw error;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  readonly #levelsOf = new Map<Expression, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#conditional();
    if (this.#next.kind !== "end") this.#fail();
    if (this.#levels(expression) > DEPTH_MAX) throw new CelProblem(TOO_DEEP);
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", at: 0 };
  }

  #fail(): never {
    const { text, at } = this.#next;
    throw new CelProblem(text === "" ? "it ends too early" : `${JSON.stringify(text)} at ${at + 1} is not expected`);
  }

  #takes(sign: string): boolean {
    const { kind, text } = this.#next;
    if (text !== sign || (kind !== "sign" && kind !== "name")) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) this.#fail();
  }

  #conditional(): Expression {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new CelProblem(TOO_DEEP);
    const condition = this.#binary(0);
    let found = condition;
    if (this.#takes("?")) {
      const then = this.#binary(0);
      this.#expect(":");
      found = this.#call("?:", [condition, then, this.#conditional()]);
    }
    this.#depth -= 1;
    return found;
  }

  #binary(level: number): Expression {
    const signs = BINARY[level];
    if (signs === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    let chain = 0;
    for (let sign = this.#sign(signs); sign !== undefined; sign = this.#sign(signs)) {
      const right = this.#binary(level + 1);
      chain = FLAT.has(sign)
        ? Math.max(chain, 1 + this.#levels(right), chain === 0 ? 1 + this.#levels(left) : 0)
        : 1 + Math.max(this.#levels(left), this.#levels(right));
      left = this.#call(sign, [left, right], chain);
    }
    return left;
  }

  /** One of its operands' levels more, unless it is said to have others. */
  #call(name: string, args: readonly Expression[], levels?: number): Expression {
    const made = call(name, args);
    if (levels !== undefined) this.#levelsOf.set(made, levels);
    return made;
  }

  /** How many are inside each other, as Envoy evaluates it. */
  #levels(expression: Expression): number {
    const known = this.#levelsOf.get(expression);
    if (known !== undefined) return known;
    const levels = 1 + Math.max(0, ...partsOf(expression).map((part) => this.#levels(part)));
    this.#levelsOf.set(expression, levels);
    return levels;
  }

  #sign(signs: readonly string[]): string | undefined {
    return signs.find((each) => this.#takes(each));
  }

  #unary(): Expression {
    const sign = this.#sign(["!", "-"]);
    if (sign === undefined) return this.#member();
    let signs = 1;
    while (this.#takes(sign)) signs += 1;
    let operand = this.#member();
    const levels = 1 + this.#levels(operand);
    for (; signs > 0; signs -= 1) operand = this.#call(sign, [operand], levels);
    return operand;
  }

  #member(): Expression {
    let operand = this.#primary();
    for (;;) {
      if (this.#takes(".")) {
        const field = this.#word();
        operand = this.#takes("(")
          ? { kind: "call", name: field, isMethod: true, args: [operand, ...this.#list(")")] }
          : { kind: "field", operand, field };
      } else if (this.#takes("[")) {
        const index = this.#conditional();
        this.#expect("]");
        operand = { kind: "index", operand, index };
      } else return operand;
    }
  }

  #word(): string {
    const { kind, text } = this.#next;
    if (kind !== "name" || LITERALS.has(text) || text === "in") this.#fail();
    this.#at += 1;
    return text;
  }

  #primary(): Expression {
    const { kind, text, value } = this.#next;
    if (kind === "string" || kind === "number") {
      this.#at += 1;
      return { kind: "literal", value: value ?? null };
    }
    if (kind === "name" && LITERALS.has(text)) {
      this.#at += 1;
      return { kind: "literal", value: LITERALS.get(text) ?? null };
    }
    if (this.#takes("(")) {
      const inner = this.#conditional();
      this.#expect(")");
      return inner;
    }
    if (this.#takes("[")) return { kind: "list", items: this.#list("]") };
    if (this.#takes("{")) return { kind: "map", entries: this.#entries() };
    if (kind !== "name") this.#fail();
    if (RESERVED.has(text)) throw new CelProblem(`${text} is a word of the language`);
    this.#at += 1;
    return this.#takes("(") ? call(text, this.#list(")")) : { kind: "name", name: text };
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#takes(end)) {
      if (items.length > 0) this.#expect(",");
      items.push(this.#conditional());
    }
    return items;
  }

  #entries(): (readonly [Expression, Expression])[] {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.#takes("}")) {
      if (entries.length > 0) this.#expect(",");
      const key = this.#conditional();
      this.#expect(":");
      entries.push([key, this.#conditional()]);
    }
    return entries;
  }
}

function call(name: string, args: readonly Expression[]): Expression {
  return { kind: "call", name, isMethod: false, args };
}
