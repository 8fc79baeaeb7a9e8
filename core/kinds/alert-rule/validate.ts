import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { AlertRuleSpec } from "#core/kinds/alert-rule/schema.ts";
import { checkTypes } from "#core/promql/check-types.ts";
import { parseExpr } from "#core/promql/parse-expr.ts";

/** Prometheus' own words, which no rule may set. */
const RESERVED = ["alertname", "alertstate"];

export function validateAlertRule({ expr, labels = {} }: AlertRuleSpec): Diagnostic[] {
  return [
    ...validateExpr(expr),
    ...Object.keys(labels)
      .filter((name) => RESERVED.includes(name))
      .map((name) =>
        errorAt(["spec", "labels", name], "bad-value", `${name} is set to the rule's own`, "leave it out"),
      ),
  ];
}

function validateExpr(expr: string): Diagnostic[] {
  try {
    const type = checkTypes(parseExpr(expr), expr);
    return type === "vector" || type === "scalar"
      ? []
      : [errorAt(["spec", "expr"], "bad-value", `it answers a ${type}`, "compare a vector with a threshold")];
  } catch (error) {
    return [errorAt(["spec", "expr"], "bad-value", error instanceof Error ? error.message : String(error))];
  }
}
