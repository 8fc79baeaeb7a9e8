import { type Expression, partsOf } from "#core/schema/cel/expression.ts";
import { parseCel } from "#core/schema/cel/parse-cel.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

/** What Envoy 1.40 has for expressions of access logs, with how many arguments; the operand of a method is one of them. */
const FUNCTIONS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    "?:": [3],
    "||": [2],
    "&&": [2],
    "<": [2],
    "<=": [2],
    ">": [2],
    ">=": [2],
    "==": [2],
    "!=": [2],
    in: [2],
    "+": [2],
    "-": [1, 2],
    "*": [2],
    "/": [2],
    "%": [2],
    "!": [1],
    size: [1],
    int: [1],
    uint: [1],
    double: [1],
    duration: [1],
    timestamp: [1],
  }),
);
const METHODS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({ contains: [2], startsWith: [2], endsWith: [2], matches: [2], size: [1] }),
);

/** What is wrong with the `filter.expression` of an access log, which Envoy refuses with the listener that it stands in; undefined when nothing is. */
export function checkLogFilter(text: string): string | undefined {
  if (text === "") return "is empty";
  const parsed = parseCel(text);
  return "problem" in parsed ? parsed.problem : checkLogExpression(parsed.expression);
}

/** The same of one that was parsed. */
export function checkLogExpression(expression: Expression): string | undefined {
  return expression.kind === "call" ? checkCall(expression) : firstProblem(partsOf(expression));
}

function firstProblem(all: readonly Expression[]): string | undefined {
  for (const each of all) {
    const problem = checkLogExpression(each);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkCall({ name, isMethod, args }: Expression & { readonly kind: "call" }): string | undefined {
  if (name === "has" && !isMethod) {
    const [asked] = args;
    if (args.length !== 1 || asked?.kind !== "field") return "asks has() of what is no field, as in has(a.b)";
    return checkLogExpression(asked);
  }
  const counts = (isMethod ? METHODS : FUNCTIONS).get(name) ?? [];
  if (counts.length === 0) return `calls ${name}(), which proxies do not have`;
  if (!counts.includes(args.length)) return `calls ${name}() with another number of arguments than it takes`;
  const pattern = name === "matches" ? args[1] : undefined;
  if (pattern?.kind === "literal" && typeof pattern.value === "string") {
    // Envoy compiles it with the listener.
    const problem = pattern.value === "" ? undefined : checkRegex(pattern.value);
    if (problem !== undefined) return `calls matches() with what ${problem}`;
  }
  return firstProblem(args);
}
