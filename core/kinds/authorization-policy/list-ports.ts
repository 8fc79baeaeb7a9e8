import type { AuthorizationPolicySpec } from "#core/kinds/authorization-policy/schema.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";

/** Ports that its rules ask for; `notPorts` name what may well be absent. */
export function listPorts({ rules = [] }: AuthorizationPolicySpec): PlacedPort[] {
  return rules.flatMap(({ to = [] }, index) =>
    to.flatMap(({ operation }, position) =>
      (operation?.ports ?? []).map((port, place) => ({
        port: Number(port),
        path: ["spec", "rules", index, "to", position, "operation", "ports", place],
      })),
    ),
  );
}
