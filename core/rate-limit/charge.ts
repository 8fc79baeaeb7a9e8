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

export type Refusal = "limit" | "uncoordinated" | "too-many-keys" | "cost-above-limit";

export type Outcome =
  /** `settle` is to be called once, with the costs of the charges in their order; without them, they are as they were asked for. */
  | { readonly kind: "admitted"; readonly settle: (now: Moment, costs?: readonly number[]) => void }
  | { readonly kind: "refused"; readonly key: string; readonly because: Refusal; readonly retryMs: number };
