import type { Diagnostic } from "#core/diagnostic.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";

/** Conditions of a routing on a path or a method that say none. Istio takes an empty prefix, which matches every request. */
export function blankConditions(value: unknown): Diagnostic[] {
  return readRoutingForm(value).rules.flatMap(({ matches }, rule) =>
    matches.flatMap((match, at) =>
      (["uri", "method"] as const).flatMap((kind): Diagnostic[] => {
        const condition = match[kind];
        if (condition === null || condition.operator === "present" || condition.value !== "") return [];
        return [
          {
            severity: "error",
            code: "missing-field",
            path: ["spec", "http", rule, "match", at, kind],
            message: kind === "uri" ? "the path is missing" : "the method is missing",
            hint: "fill it in, or remove the condition",
          },
        ];
      }),
    ),
  );
}
