import type { Authorizer } from "#core/resolve/authorizers.ts";
import type { GuardingPolicy } from "#core/resolve/guarding-policy.ts";
import type { LimitingRule } from "#core/resolve/rate-limits.ts";

/** Whose X-Forwarded-For is believed: of everybody (a gateway has put right what came in), or of these identities' (spiffe://…). */
export type ForwardedForTrust = "everybody" | readonly string[];

/** What guards a port of a workload. */
export interface Guard {
  readonly policies: readonly GuardingPolicy[];
  /** Those of whom policies with CUSTOM can have asked. */
  readonly authorizers: readonly Authorizer[];
  /** Those of which the mesh's identities are. */
  readonly trustDomains: readonly string[];
  /** The application's port, or the gateway server's: what policies call a port, whichever one the proxy listens on. */
  readonly port: number;
  readonly trustsForwardedFor: ForwardedForTrust;
}

/** The same of one that takes requests. */
export interface HttpGuard extends Guard {
  /** By which its requests are limited. */
  readonly limits: readonly LimitingRule[];
}
