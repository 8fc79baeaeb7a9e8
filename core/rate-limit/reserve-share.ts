import { capacityOf, type Limit } from "#core/rate-limit/limit.ts";
import { percentOf } from "#core/whole-units.ts";

/** A part of a limit that is kept for requests of one class. */
export interface Reserve {
  readonly name: string;
  /** Of 100. */
  readonly percent: number;
}

export interface ReservedBucket {
  /** The classes that it keeps their shares for, joined by `+`. Undefined: the bucket that everybody is charged to. */
  readonly reserve: string | undefined;
  readonly limit: Limit;
}

/**
 * The buckets that a request of a class has to be admitted by: the limit, and for each set of other classes, what their shares
 * leave of it. So all that are not of some classes leave these their shares together, each class finds its own unused by others,
 * and may use what others leave. Shares that leave nothing of a small limit leave one unit.
 */
export function reserveShare(
  limit: Limit,
  reserves: readonly Reserve[],
  className: string | undefined,
): ReservedBucket[] {
  const others = reserves.filter(({ name }) => name !== className);
  return [
    { reserve: undefined, limit },
    ...setsOf(others).map((kept) => {
      const percent = kept.reduce((sum, each) => sum + each.percent, 0);
      const left = (units: number): number => Math.max(1, percentOf(units, 100 - percent));
      const burst = limit.burst === undefined ? {} : { burst: left(capacityOf(limit)) };
      return {
        reserve: kept.map(({ name }) => name).join("+"),
        limit: { ...limit, amount: left(limit.amount), ...burst },
      };
    }),
  ];
}

/** How many buckets a key has, of all classes. */
export const bucketsOf = (reserves: readonly unknown[]): number => 2 ** reserves.length;

/** All that are not empty. */
function setsOf<T>(all: readonly T[]): T[][] {
  const sets: T[][] = [];
  for (const each of all) sets.push(...sets.map((set) => [...set, each]), [each]);
  return sets;
}
