import type { Guard } from "#server/envoy/features/guard.ts";

/** In the order in which they are asked. */
export const RBAC_ACTIONS = ["AUDIT", "DENY", "ALLOW"] as const;
export type RbacAction = (typeof RBAC_ACTIONS)[number];

export interface RbacInput extends Guard {
  readonly action: RbacAction;
  /** False for TCP: what only HTTP knows never matches an ALLOW, and is left out of the others, as in Istio. */
  readonly isHttp: boolean;
}

/** Where a rule stands: what its names are relative to, and what is known of the traffic it is built for. */
export interface RuleContext extends RbacInput {
  /** Of the policy. */
  readonly namespace: string;
}
