/** What a response may say at most that it cost: Envoy tells no more than nine digits of it. */
export const TOLD_COST_MAX = 100_000_000;
