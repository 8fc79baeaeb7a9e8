import { capacityOf, type Limit } from "#core/rate-limit/limit.ts";

/** A part of a limit that is kept for requests of one class. */
export interface Reserve {
  readonly name: string;
  /** Of 100. */
  readonly percent: number;
}

export interface ReservedBucket {
  /** Undefined: the bucket that everybody is charged to. */
  readonly reserve: string | undefined;
  readonly limit: Limit;
}

/**
 * The buckets that a request of a class has to be admitted by: the limit, and for each share that is reserved for others, what it
 * leaves of the limit. So a class finds its share unused by others, and may use what others leave. A share that leaves nothing of
 * a small limit leaves one unit.
 */
export function reserveShare(
  limit: Limit,
  reserves: readonly Reserve[],
  className: string | undefined,
): ReservedBucket[] {
  const others = reserves.filter(({ name }) => name !== className);
  return [
    { reserve: undefined, limit },
    ...others.map(({ name, percent }) => {
      const left = (units: number): number => Math.max(1, Math.floor((units * (100 - percent)) / 100));
      const burst = limit.burst === undefined ? {} : { burst: left(capacityOf(limit)) };
      return { reserve: name, limit: { amount: left(limit.amount), perMs: limit.perMs, ...burst } };
    }),
  ];
}
