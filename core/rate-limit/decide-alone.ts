import type { Bucket } from "#core/rate-limit/bucket.ts";
import type { Charge, Refusal } from "#core/rate-limit/charge.ts";
import type { Moment } from "#core/rate-limit/lease-holder.ts";
import { isOfOneKind, isSameLimit, shareOf } from "#core/rate-limit/limit.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";

/** Whether an agent admits a charge of which the owner does not say: by its part of the limit, or what stands for it. */
export function hasRoomAlone(bucket: Bucket, charge: Charge, now: Moment): boolean {
  const { limit, cost, members, whenUncoordinated } = charge;
  if (whenUncoordinated !== "Share") return whenUncoordinated === "Allow";
  const share = shareOf(limit, members);
  if (share === undefined) return false;
  // Those that go on from before count too: how many there are at a time has nothing to do with when they came.
  if (limit.isPlaces === true) return share.amount - bucket.holder.pending >= cost;
  const { alone } = bucket;
  if (alone === undefined || !isSameLimit(alone.share, share)) {
    const isOfKind = alone !== undefined && isOfOneKind(alone.share, share);
    bucket.alone = { meter: openMeter(share, isOfKind ? alone.meter.save() : undefined), share };
  }
  return (bucket.alone?.meter.room(now.slowMs) ?? 0) >= cost;
}

/** Its part of a limit that is used up is the limit of who is alone; whether anything is left of all else nobody can say. */
export const becauseAlone = ({ limit, members, whenUncoordinated }: Charge): Refusal =>
  whenUncoordinated === "Share" && limit.ledger === undefined && shareOf(limit, members) !== undefined
    ? "limit"
    : "uncoordinated";
