import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { Route, VirtualHost } from "#core/simulate/route.ts";

/** The first route all of whose conditions hold. */
export function findRoute({ routes }: VirtualHost, exchange: Exchange, dice: Dice): Route | undefined {
  for (const route of routes) if (holds(route, exchange, dice)) return route;
  return undefined;
}

function holds({ conditions }: Route, exchange: Exchange, dice: Dice): boolean {
  for (const condition of conditions) if (!condition.holds(exchange, dice)) return false;
  return true;
}

/** No dice is thrown for a reason: what is left to chance has been decided. */
const STILL: Dice = { chance: () => true, pick: () => 0 };

/** What of a route a request does not fulfil; undefined where it fulfils all but what is left to chance. */
export function whyNot({ conditions }: Route, exchange: Exchange): string | undefined {
  return conditions.find((condition) => !condition.holds(exchange, STILL))?.text;
}
