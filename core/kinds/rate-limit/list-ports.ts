import { listPorts } from "#core/kinds/authorization-policy/list-ports.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";
import type { RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";

/** Ports that its rules count requests of, and those that they exempt or reserve a share for. */
export function listLimitedPorts({ rules }: RateLimitSpec): PlacedPort[] {
  return rules.flatMap(({ match = [], exempt = [], reserve = [] }, index) => {
    const at = ["spec", "rules", index];
    return [
      ...under([...at, "match"], listPorts({ rules: match })),
      ...under([...at, "exempt"], listPorts({ rules: exempt })),
      ...reserve.flatMap((part, place) =>
        under([...at, "reserve", place, "match"], listPorts({ rules: part.match ?? [] })),
      ),
    ];
  });
}

/** As listed for the `rules` of an AuthorizationPolicy, where they stand here. */
function under(at: PlacedPort["path"], ports: readonly PlacedPort[]): PlacedPort[] {
  return ports.map(({ port, path }) => ({ port, path: [...at, ...path.slice(2)] }));
}
