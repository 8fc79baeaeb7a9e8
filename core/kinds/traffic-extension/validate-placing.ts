import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { TrafficExtensionSpec } from "#core/kinds/traffic-extension/schema.ts";

/** No port twice in one match, as in Istio's schema. */
export function validatePlacing({ match = [] }: Pick<TrafficExtensionSpec, "match">): Diagnostic[] {
  return match.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ number }, at) =>
      ports.findIndex((each) => each.number === number) === at
        ? []
        : [
            errorAt(
              ["spec", "match", index, "ports", at, "number"],
              "duplicate-value",
              `port ${number} appears twice`,
              "leave one of them out",
            ),
          ],
    ),
  );
}
