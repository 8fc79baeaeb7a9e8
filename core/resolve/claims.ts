import { normalizeCidr } from "#core/schema/normalize-cidr.ts";

const ANY = "";

/** What a filter chain asks of the connections that it takes. */
interface Claimed {
  readonly serverNames: readonly string[];
  /** As CIDR ranges. */
  readonly subnets: readonly string[];
}

/** Envoy refuses a listener in which two chains ask for the same: what one route asks for first is not another's. */
export class Claims {
  readonly #taken = new Set<string>();

  /** What is left of a route, as one for each set of server names. */
  take<T extends Claimed>(route: T): readonly T[] {
    const subnets = route.subnets.length === 0 ? [ANY] : [...new Set(route.subnets.map(normalizeCidr))];
    const names = route.serverNames.length === 0 ? [ANY] : route.serverNames;
    const free = subnets.map((subnet) => ({
      subnet,
      names: names.filter((name) => !this.#taken.has(`${subnet} ${name}`)),
    }));
    for (const { subnet, names: own } of free) for (const name of own) this.#taken.add(`${subnet} ${name}`);
    const groups = Map.groupBy(
      free.filter((each) => each.names.length > 0),
      (each) => each.names.join(" "),
    );
    return [...groups.values()].map((group) => ({
      ...route,
      serverNames: (group[0]?.names ?? []).filter((name) => name !== ANY),
      subnets: group.map(({ subnet }) => subnet).filter((subnet) => subnet !== ANY),
    }));
  }
}
