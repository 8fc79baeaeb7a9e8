import { assertNever } from "#core/brand.ts";
import {
  type Aggregation,
  type Binary,
  type Call,
  type Expr,
  isComparison,
  isSetOp,
  type Place,
} from "#core/promql/expr.ts";
import {
  FUNCTIONS,
  HISTOGRAM_FUNCTIONS,
  isFunctionName,
  type Signature,
  type ValueType,
} from "#core/promql/function-table.ts";
import { parseError } from "#core/promql/promql-error.ts";

const WORDS: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  vector: "instant vector",
  matrix: "range vector",
  string: "string",
};

/** The type of an expression; throws PromqlError where a part of it has another than its place takes, in Prometheus' words. */
export function checkTypes(expr: Expr, text: string): ValueType {
  const fail = (place: Place, message: string): never => {
    throw parseError(text, place.from, message);
  };
  const expect = (of: Expr, wanted: ValueType, context: string): void => {
    const type = typeOf(of);
    if (type !== wanted) fail(of.place, `expected type ${WORDS[wanted]} in ${context}, got ${WORDS[type]}`);
  };

  const typeOf = (of: Expr): ValueType => {
    switch (of.kind) {
      case "number":
        return "scalar";
      case "string":
        return "string";
      case "vector-selector":
        return "vector";
      case "matrix-selector":
        return "matrix";
      case "paren":
        return typeOf(of.of);
      case "subquery": {
        const type = typeOf(of.of);
        if (type !== "vector") fail(of.place, `subquery is only allowed on instant vector, got ${WORDS[type]} instead`);
        return "matrix";
      }
      case "unary": {
        const type = typeOf(of.of);
        if (type !== "scalar" && type !== "vector")
          fail(
            of.place,
            `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(WORDS[type])}`,
          );
        return type;
      }
      case "binary":
        return binary(of);
      case "aggregation":
        return aggregation(of);
      case "call":
        return call(of);
      default:
        return assertNever(of);
    }
  };

  const binary = (of: Binary): ValueType => {
    const { op, left, right, isBool, matching, opPlace, place } = of;
    const [a, b] = [typeOf(left), typeOf(right)];
    for (const [type, side] of [
      [a, left],
      [b, right],
    ] as const)
      if (type !== "scalar" && type !== "vector")
        fail(side.place, "binary expression must contain only scalar and instant vector types");
    if (isBool && !isComparison(op)) fail(opPlace, "bool modifier can only be used on comparison operators");
    if (isComparison(op) && !isBool && a === "scalar" && b === "scalar")
      fail(opPlace, "comparisons between scalars must use BOOL modifier");
    if (isSetOp(op)) {
      if (matching.many !== "none") fail(place, `no grouping allowed for ${JSON.stringify(op)} operation`);
      if (a === "scalar" || b === "scalar")
        fail(place, `set operator ${JSON.stringify(op)} not allowed in binary scalar expression`);
    }
    if (a === "scalar" || b === "scalar") {
      if (matching.isWritten && (matching.labels.length > 0 || matching.many !== "none"))
        fail(place, "vector matching only allowed between instant vectors");
    } else if (matching.isOn) {
      const twice = matching.include.find((label) => matching.labels.includes(label));
      if (twice !== undefined)
        fail(opPlace, `label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`);
    }
    return a === "scalar" && b === "scalar" ? "scalar" : "vector";
  };

  const aggregation = ({ op, of, param }: Aggregation): ValueType => {
    expect(of, "vector", "aggregation expression");
    if (param !== undefined) expect(param, op === "count_values" ? "string" : "scalar", "aggregation parameter");
    return "vector";
  };

  const call = ({ name, args, place }: Call): ValueType => {
    if (HISTOGRAM_FUNCTIONS.has(name)) fail(place, `${name} is of native histograms, which are not stored here`);
    if (!isFunctionName(name)) return fail(place, `unknown function with name ${JSON.stringify(name)}`);
    const { args: wanted, optional, returns }: Signature = FUNCTIONS[name];
    const least = wanted.length - Math.abs(optional);
    if (optional === 0 && args.length !== wanted.length)
      fail(place, `expected ${wanted.length} argument(s) in call to ${JSON.stringify(name)}, got ${args.length}`);
    if (args.length < least)
      fail(place, `expected at least ${least} argument(s) in call to ${JSON.stringify(name)}, got ${args.length}`);
    if (optional > 0 && args.length > wanted.length)
      fail(
        place,
        `expected at most ${wanted.length} argument(s) in call to ${JSON.stringify(name)}, got ${args.length}`,
      );
    for (const [index, arg] of args.entries()) {
      const type = wanted[Math.min(index, wanted.length - 1)];
      if (type !== undefined) expect(arg, type, `call to function ${JSON.stringify(name)}`);
    }
    return returns;
  };

  return typeOf(expr);
}
