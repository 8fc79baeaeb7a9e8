import { type Bucket, costOf, isIn, type Waiting } from "#core/rate-limit/bucket.ts";
import type { Moment } from "#core/rate-limit/lease-holder.ts";

/** So long others may take what is set aside for one who waits. */
const SHARED_MS = 250;

/** Units that are idle and nobody's. */
export function freeOf(bucket: Bucket, now: Moment): number {
  const { holder } = bucket;
  holder.lapse(now);
  if (bucket.asideTerms !== undefined && bucket.asideTerms.lease !== holder.term) bucket.beginTerm();
  return holder.idle - bucket.aside;
}

/** What is set aside for it. */
function partOf(bucket: Bucket, { parts }: Waiting, now: Moment): number {
  freeOf(bucket, now);
  const part = parts.get(bucket);
  return part !== undefined && part.term === bucket.asideTerms?.own ? part.units : 0;
}

/** Whether it could be taken now. */
export const isThere = (bucket: Bucket, cost: number, waiting: Waiting, now: Moment): boolean =>
  partOf(bucket, waiting, now) + freeOf(bucket, now) >= cost ||
  (isShared(bucket, waiting, now) && bucket.holder.idle >= cost);

/**
 * Who comes where there is plenty does not wait because others do that lack units elsewhere: what it takes of theirs is drawn again
 * before they have those. Where somebody has waited for long, that one keeps what it has.
 */
function isShared({ waiting: others, supply }: Bucket, { asked }: Waiting, { fastMs }: Moment): boolean {
  const [first] = others ?? [];
  return asked.size === 0 && supply === 1 && fastMs - (first?.sinceMs ?? fastMs) < SHARED_MS;
}

/** After units were taken: where these were set aside, nothing is any more. */
export function checkParts(bucket: Bucket): void {
  if (bucket.aside > bucket.holder.idle) bucket.beginTerm();
}

/** Sets aside what it costs, as far as that is free; answers what it lacks then. */
export function setAside(bucket: Bucket, waiting: Waiting, now: Moment): number {
  const free = freeOf(bucket, now);
  const units = partOf(bucket, waiting, now);
  const lacks = costOf(waiting, bucket) - units;
  const more = Math.min(lacks, free);
  if (more > 0) {
    bucket.aside += more;
    waiting.parts.set(bucket, { units: units + more, term: bucket.asideTerms?.own ?? 0 });
  }
  return lacks - more;
}

/** Does not wait for the bucket any more: what was set aside for it is free. */
export function leave(bucket: Bucket, waiting: Waiting, now: Moment): void {
  if (bucket.waiting === undefined || !isIn(bucket, waiting)) return;
  bucket.aside -= partOf(bucket, waiting, now);
  waiting.parts.delete(bucket);
  bucket.waiting.delete(waiting);
  bucket.waiting.cost -= costOf(waiting, bucket);
  if (bucket.waiting.size === 0) bucket.waiting = undefined;
}

/** What those who wait lack. */
export function lackOf(bucket: Bucket, now: Moment): number {
  freeOf(bucket, now);
  return (bucket.waiting?.cost ?? 0) - bucket.aside;
}
