import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";

/** No rule asks for chance. */
const NO_DICE: Dice = { chance: () => false, pick: () => 0 };

/** Rules that mean a request, and let it go uncounted. */
export const exemptFrom = (rules: readonly PreparedLimit[], exchange: Exchange): readonly PreparedLimit[] =>
  rules.filter(
    ({ match, within, without, exempt }) =>
      exempt?.holds(exchange, NO_DICE) === true &&
      match?.holds(exchange, NO_DICE) !== false &&
      within?.holds(exchange, NO_DICE) !== false &&
      without?.holds(exchange, NO_DICE) !== true,
  );
