/** Whatever is left to chance: percentages, and shares of clusters and endpoints. */
export interface Dice {
  /** True in `parts` of `of` cases. */
  chance(parts: number, of: number): boolean;
  /** Place of one of the weights, each as likely as its share; there is at least one above 0. */
  pick(weights: readonly number[]): number;
}

/** Throws as `random` says, from 0 up to 1. */
export function rollDice(random: () => number): Dice {
  return {
    chance: (parts, of) => parts >= of || (parts > 0 && random() * of < parts),
    pick(weights) {
      let total = 0;
      for (const weight of weights) total += weight;
      let left = random() * total;
      for (let at = 0; at < weights.length; at++) {
        left -= weights[at] ?? 0;
        if (left < 0) return at;
      }
      return weights.length - 1;
    },
  };
}

/** What came of it, and in which part of all cases. */
export interface Branch<T> {
  readonly share: number;
  readonly value: T;
}

interface Throw {
  readonly weights: readonly number[];
  at: number;
}

/**
 * Everything that can come of `run`, with its share: it is run once for each way in which the dice can fall. `run` must throw
 * the same dice again as long as they fall the same. Of more than `most` ways the rest is left out: the shares then come to less than 1.
 */
export function enumerateBranches<T>(run: (dice: Dice) => T, most: number): Branch<T>[] {
  const branches: Branch<T>[] = [];
  const thrown: Throw[] = [];
  do {
    let depth = 0;
    const pick = (weights: readonly number[]): number => {
      const known = thrown[depth++];
      if (known !== undefined) return known.at;
      const at = weights.findIndex((weight) => weight > 0);
      thrown.push({ weights, at });
      return at;
    };
    const value = run({
      pick,
      chance: (parts, of) => parts >= of || (parts > 0 && pick([parts, of - parts]) === 0),
    });
    branches.push({ share: thrown.reduce((share, each) => share * shareOf(each), 1), value });
  } while (branches.length < most && advance(thrown));
  return branches;
}

function shareOf({ weights, at }: Throw): number {
  return (weights[at] ?? 0) / weights.reduce((sum, weight) => sum + weight, 0);
}

/** Turns the last dice that can still fall otherwise; false when all ways have been gone. */
function advance(thrown: Throw[]): boolean {
  for (let last = thrown.at(-1); last !== undefined; last = thrown.at(-1)) {
    const from = last.at + 1;
    const next = last.weights.findIndex((weight, at) => at >= from && weight > 0);
    if (next >= 0) {
      last.at = next;
      return true;
    }
    thrown.pop();
  }
  return false;
}
