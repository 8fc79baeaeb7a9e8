import { costSoFar, type EndedRequest, finalCost } from "#core/rate-limit/final-cost.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import { reserveShare } from "#core/rate-limit/reserve-share.ts";
import { THROTTLE_BUCKET } from "#core/rate-limit/rule-name.ts";
import type { StreamEntry } from "#core/rate-limit/stream-entries.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import { type Costing, Ending } from "#mesh-agent/limits/unended.ts";

/** A bucket that a request was let through by before. */
export interface ResumedBucket {
  readonly rule: PreparedLimit;
  /** So much in all, which is no less than before. */
  readonly charge: (cost: number) => void;
  readonly settle: (cost: number) => void;
}

const NOTHING_TOLD: ReadonlyMap<string, number> = new Map();

/**
 * A request that a former run let through, and charged as far as it had come: what it costs besides is charged now, and places that
 * it has are its own at once. Of a bucket whose rule is not known, or gone, nothing is charged.
 */
export function resumeRequest(
  { costs, status, bytes }: StreamEntry,
  ruleOf: (key: string) => PreparedLimit | undefined,
  open: (rule: PreparedLimit, key: string, charged: number) => ResumedBucket,
): Ending {
  const ending = new Ending();
  const before = { status, bytes, told: NOTHING_TOLD };
  const opened = new Map<string, { readonly bucket: ResumedBucket; known: number }>();
  const bucketOf = (key: string, cost: number) => {
    const known = opened.get(key);
    if (known !== undefined) return known;
    const rule = ruleOf(key);
    if (rule === undefined) return undefined;
    const charged = costSoFar(rule, cost, before);
    const made = { bucket: open(rule, key, charged), known: charged };
    opened.set(key, made);
    return made;
  };
  const isPlace = ([key]: Costing): boolean => ruleOf(key)?.limit.isPlaces === true;
  const places = costs.filter(isPlace);
  for (const [key, cost] of places) bucketOf(key, cost);
  ending.addPlaces(places);
  ending.addCosts(costs.filter((each) => !isPlace(each)));
  if (ending.costs.length > places.length)
    ending.addGrowing((further: EndedRequest) => {
      for (const [key, cost] of costs) {
        const made = bucketOf(key, cost);
        if (made === undefined) continue;
        made.known = costSoFar(made.bucket.rule, made.known, further);
        made.bucket.charge(made.known);
      }
    });
  ending.add((ended) => {
    for (const [key, cost] of costs) {
      const made = bucketOf(key, cost);
      if (made === undefined) continue;
      const { bucket, known } = made;
      const final = finalCost(bucket.rule, known, ended);
      // What is refunded now was told as used long ago; a place is free.
      bucket.settle(bucket.rule.limit.isPlaces === true ? final : Math.max(known, final));
    }
  });
  return ending;
}

/** The limit of a rule's bucket, by the share that it leaves to others. */
export function limitOfBucket({ limit, reserves, over }: PreparedLimit, reserve: string): Limit {
  if (reserve === THROTTLE_BUCKET && typeof over !== "string") return over.throttle;
  const found = reserveShare(limit, reserves, undefined).find((each) => (each.reserve ?? "") === reserve);
  return found?.limit ?? limit;
}
