import type { Refusal } from "#core/view/mesh.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { StreamEvent } from "#server/xds/stream-machine.ts";

/** A client took a resource that it had refused, once something was left out of it. */
export interface Placed extends Omit<StreamEvent & { readonly kind: "placed" }, "kind"> {
  /** It had taken what was there before without the same. */
  readonly isAsBefore: boolean;
}

/** The refusal, with what was at fault where that is known now. */
export function heldWithout(refusal: Refusal, { type, name, without, isAsBefore }: Placed): Refusal {
  if (refusal.type !== type || refusal.resource !== name) return refusal;
  return { ...refusal, origins: without, isHeldWithout: true, ...(isAsBefore ? { wasHeldWithout: true } : {}) };
}

export function isSameOrigins(some: readonly Origin[], others: readonly Origin[]): boolean {
  const texts = new Set(some.map(textOf));
  return some.length === others.length && others.every((origin) => texts.has(textOf(origin)));
}

const textOf = ({ resource, path = "" }: Origin): string => `${resource} ${path}`;
