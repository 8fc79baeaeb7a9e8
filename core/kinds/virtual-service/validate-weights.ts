import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { Path } from "#core/schema/path.ts";

/**
 * Several destinations share by weight, and at least one weight must count. Istio takes any sum; one that is not 100 is
 * most often a slip, so it is a warning.
 */
export function validateWeights(routes: readonly { readonly weight?: number }[], path: Path): Diagnostic[] {
  if (routes.length < 2) return [];
  const total = routes.reduce((sum, route) => sum + (route.weight ?? 0), 0);
  if (total === 0) return [errorAt(path, "weight-sum", "all weights are 0: no destination would get a request")];
  if (total > 4_294_967_295)
    return [errorAt(path, "weight-sum", `the weights add up to ${total}, more than a proxy can add up`)];
  return total === 100
    ? []
    : [
        warningAt(
          path,
          "weight-sum",
          `the weights add up to ${total}, not 100`,
          "each destination gets its weight's share of the sum",
        ),
      ];
}
