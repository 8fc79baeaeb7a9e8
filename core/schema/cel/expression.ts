/** An expression of the Common Expression Language, as it was parsed. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "name"; readonly name: string }
  /** `operand.field`; in a `has(...)` it asks whether it is there. */
  | { readonly kind: "field"; readonly operand: Expression; readonly field: string }
  | { readonly kind: "index"; readonly operand: Expression; readonly index: Expression }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
  /** A function, a method (its operand is the first argument) or an operator, by its sign; `?:` has three arguments, `-` and `!` one or two. */
  | { readonly kind: "call"; readonly name: string; readonly isMethod: boolean; readonly args: readonly Expression[] };

/** What an expression is made of, in the order in which it is written. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "name":
      return [];
    case "field":
      return [expression.operand];
    case "index":
      return [expression.operand, expression.index];
    case "list":
      return expression.items;
    case "map":
      return expression.entries.flat();
    case "call":
      return expression.args;
  }
}
