import type { Refusal } from "#core/view/mesh.ts";
import type { StreamEvent } from "#server/xds/stream-machine.ts";

/** A client took a resource that it had refused, once something was left out of it. */
export type Placed = StreamEvent & { readonly kind: "placed" };

/** The refusal, with what was at fault where that is known now. */
export function heldWithout(refusal: Refusal, { type, name, without }: Placed): Refusal {
  if (refusal.type !== type || refusal.resource !== name) return refusal;
  return { ...refusal, origins: without, isHeldWithout: true };
}
