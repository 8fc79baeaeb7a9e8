import { UsageError } from "#cli/failure.ts";

/** An error at a place in the expression as it was given; `at` counts from 0. */
export function badExpression(expression: string, what: string, at: number, hint: string): UsageError {
  return new UsageError(`jsonpath ${JSON.stringify(expression)}: ${what} at character ${at + 1}`, { hint });
}
