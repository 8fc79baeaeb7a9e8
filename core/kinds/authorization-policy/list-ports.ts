import type { AuthorizationPolicySpec } from "#core/kinds/authorization-policy/schema.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";

/** Ports that its rules ask for; `notPorts` and `notValues` name what may well be absent. */
export function listPorts({ rules = [] }: AuthorizationPolicySpec): PlacedPort[] {
  return rules.flatMap(({ to = [], when = [] }, index) => [
    ...to.flatMap(({ operation }, position) =>
      (operation?.ports ?? []).map((port, place) => ({
        port: Number(port),
        path: ["spec", "rules", index, "to", position, "operation", "ports", place],
      })),
    ),
    ...when.flatMap(({ key, values = [] }, position) =>
      key === "destination.port"
        ? values.map((port, place) => ({
            port: Number(port),
            path: ["spec", "rules", index, "when", position, "values", place],
          }))
        : [],
    ),
  ]);
}
