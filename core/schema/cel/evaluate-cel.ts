import type { Expression } from "#core/schema/cel/expression.ts";

export type CelValue = string | number | boolean | null;

/** Something is not there, or is of another type than is asked of it. */
const FAILED = Symbol("failed");
type Outcome = CelValue | typeof FAILED;
type Attributes = ReadonlyMap<string, CelValue>;

/**
 * What an expression comes to over attributes that are known by their whole path (`response.code`); undefined where it comes to
 * nothing: an attribute is not there, or a function is asked of what it is not for. Errors of one side of `&&` and `||` give way to the other, as in CEL.
 */
export function evaluateCel(expression: Expression, attributes: Attributes): CelValue | undefined {
  const outcome = evaluate(expression, attributes);
  return outcome === FAILED ? undefined : outcome;
}

/** The path of an attribute that is written as `a.b`; undefined for what is none. */
export function attributePath(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "field") return undefined;
  const before = attributePath(expression.operand);
  return before === undefined ? undefined : `${before}.${expression.field}`;
}

function evaluate(expression: Expression, attributes: Attributes): Outcome {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name":
    case "field":
      return attributes.get(attributePath(expression) ?? "") ?? FAILED;
    case "call":
      return evaluateCall(expression, attributes);
    case "index":
    case "list":
    case "map":
      return FAILED;
  }
}

function evaluateCall({ name, args }: Expression & { readonly kind: "call" }, attributes: Attributes): Outcome {
  const [first, second, third] = args;
  if (first === undefined) return FAILED;
  if (name === "has") return attributes.has(attributePath(first) ?? "");
  const left = evaluate(first, attributes);
  if (name === "?:") {
    const chosen = left === true ? second : left === false ? third : undefined;
    return chosen === undefined ? FAILED : evaluate(chosen, attributes);
  }
  if (second === undefined) return unary(name, left);
  if (name === "in") return second.kind === "list" ? isIn(left, second.items, attributes) : FAILED;
  const right = evaluate(second, attributes);
  if (name === "&&") return left === false || right === false ? false : left === true && right === true ? true : FAILED;
  if (name === "||") return left === true || right === true ? true : left === false && right === false ? false : FAILED;
  return left === FAILED || right === FAILED ? FAILED : binary(name, left, right);
}

function isIn(value: Outcome, items: readonly Expression[], attributes: Attributes): Outcome {
  return value === FAILED ? FAILED : items.some((each) => evaluate(each, attributes) === value);
}

function unary(name: string, value: Outcome): Outcome {
  if (value === FAILED) return FAILED;
  if (name === "string") return value === null ? FAILED : String(value);
  if (name === "!") return typeof value === "boolean" ? !value : FAILED;
  if (name === "-") return typeof value === "number" ? -value : FAILED;
  if (name === "size") return typeof value === "string" ? [...value].length : FAILED;
  return FAILED;
}

function binary(name: string, left: CelValue, right: CelValue): Outcome {
  if (name === "==") return left === right;
  if (name === "!=") return left !== right;
  if (typeof left === "string" && typeof right === "string") return ofTexts(name, left, right);
  return typeof left === "number" && typeof right === "number" ? ofNumbers(name, left, right) : FAILED;
}

function ofTexts(name: string, left: string, right: string): Outcome {
  switch (name) {
    case "+":
      return left + right;
    case "contains":
      return left.includes(right);
    case "startsWith":
      return left.startsWith(right);
    case "endsWith":
      return left.endsWith(right);
    default:
      return compare(name, left < right, left === right);
  }
}

function ofNumbers(name: string, left: number, right: number): Outcome {
  switch (name) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? FAILED : Math.trunc(left / right);
    case "%":
      return right === 0 ? FAILED : left % right;
    default:
      return compare(name, left < right, left === right);
  }
}

function compare(name: string, isLess: boolean, isEqual: boolean): Outcome {
  switch (name) {
    case "<":
      return isLess;
    case "<=":
      return isLess || isEqual;
    case ">":
      return !isLess && !isEqual;
    case ">=":
      return !isLess;
    default:
      return FAILED;
  }
}
