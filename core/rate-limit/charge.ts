import type { Moment } from "#core/rate-limit/lease-holder.ts";
import type { Limit } from "#core/rate-limit/limit.ts";

/** What a request costs of one bucket. */
export interface Charge {
  readonly key: string;
  readonly limit: Limit;
  readonly cost: number;
  /** Agents that share the limit: who is alone keeps to that part of it. */
  readonly members: number;
  /** What an agent does that does not reach the owner: keep to its part of the limit, admit, or refuse. */
  readonly whenUncoordinated: "Share" | "Allow" | "Deny";
}

/**
 * Why a charge is refused: its units are used up; nobody could say whether any are left, and without that the rule admits nothing
 * (more); there are as many keys as there may be; there are never so many units.
 */
export type Refusal = "limit" | "uncoordinated" | "too-many-keys" | "cost-above-limit";

/** The same of a request, which may lack a key that its rule requires. */
export type RefusedBecause = Refusal | "missing-key";

/** Nothing that comes back by waiting. */
export const isForGood = (because: RefusedBecause): boolean =>
  because === "missing-key" || because === "cost-above-limit";

export interface Admitted {
  readonly kind: "admitted";
  /** To be called once, with the costs of the charges in their order; without them, they are as they were asked for. */
  readonly settle: (now: Moment, costs?: readonly number[]) => void;
  /** Before that, as often as it is known what they have cost so far: in sum no more than in the end. */
  readonly grow: (now: Moment, costs: readonly number[]) => void;
}

export type Outcome =
  | Admitted
  | { readonly kind: "refused"; readonly key: string; readonly because: Refusal; readonly retryMs: number };
