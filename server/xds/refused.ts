import { mayPass } from "#core/xds/passing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ServedLayer } from "#server/xds/served-layer.ts";
import { type Subscription, wants } from "#server/xds/subscription.ts";

/** Resource → the client's words about it; "" stands for a response that had no resource in it. */
export type Refused = ReadonlyMap<string, string>;
export const NOTHING_REFUSED: Refused = new Map();

/** What of that which a client refused is still to be held: what was deleted since, or let go of, is refused no longer. */
export function standing(
  type: XdsType,
  refused: Refused,
  subscription: Subscription,
  layers: readonly ServedLayer[],
): readonly string[] {
  if (refused.size === 0) return [];
  return [...refused.keys()].filter(
    (name) => name === "" || (wants(subscription, name) && layers.some((layer) => layer.has(type, name))),
  );
}

/** What stands refused for a cause that may pass. */
export function passing(
  type: XdsType,
  refused: Refused,
  subscription: Subscription,
  layers: readonly ServedLayer[],
): readonly string[] {
  return standing(type, refused, subscription, layers).filter((name) => mayPass(refused.get(name) ?? ""));
}

/** What stands refused once `taken` was applied and `refusals` were not. Any answer without a refusal ends that of an empty response. */
export function refusedAfter(
  before: Refused,
  taken: readonly string[],
  refusals: readonly { readonly name: string; readonly message: string }[],
): Refused {
  if (refusals.length === 0 && before.size === 0) return before;
  const still = new Map(before);
  for (const name of taken) still.delete(name);
  if (refusals.length === 0) still.delete("");
  for (const { name, message } of refusals) still.set(name, message);
  return still;
}
