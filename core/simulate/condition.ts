import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";

/** One thing that a route, a policy or a filter asks of a request. */
export interface Condition {
  /** As an operator would say it: `header x-user is "jason"`. */
  readonly text: string;
  readonly holds: (exchange: Exchange, dice: Dice) => boolean;
}

export const ALWAYS: Condition = { text: "any request", holds: () => true };

export function not({ text, holds }: Condition): Condition {
  return { text: `not (${text})`, holds: (exchange, dice) => !holds(exchange, dice) };
}

export function allOf(parts: readonly Condition[]): Condition {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const tests = parts.map(({ holds }) => holds);
  return {
    text: parts.map(({ text }) => text).join(" and "),
    holds(exchange, dice) {
      for (const holds of tests) if (!holds(exchange, dice)) return false;
      return true;
    },
  };
}

export function anyOf(parts: readonly Condition[]): Condition {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const tests = parts.map(({ holds }) => holds);
  return {
    text: parts.length === 0 ? "nothing" : `(${parts.map(({ text }) => text).join(" or ")})`,
    holds(exchange, dice) {
      for (const holds of tests) if (holds(exchange, dice)) return true;
      return false;
    },
  };
}

/** What this engine does not evaluate: it is said so wherever it bears on an answer. */
export function unknown(what: string): Condition {
  return { text: `${what} (not evaluated here)`, holds: () => false };
}
