import type { Condition } from "#core/simulate/condition.ts";
import type { Fraction } from "#core/simulate/read/fraction.ts";
import type { TextTest } from "#core/simulate/read/string-matcher.ts";
import type { TokenConfig } from "#core/simulate/tokens/token-config.ts";

/** One policy of an RBAC filter: both sides have to hold. */
export interface RbacPolicy {
  /** `ns[default]-policy[reviews]-rule[0]` */
  readonly name: string;
  readonly permission: Condition;
  readonly principal: Condition;
}

export interface RbacRules {
  readonly action: "ALLOW" | "DENY" | "LOG";
  /** In the order in which Envoy asks them: that of their names. */
  readonly policies: readonly RbacPolicy[];
}

export interface RbacConfig {
  readonly kind: "rbac";
  readonly rules: RbacRules | undefined;
  /** Asked, and not acted upon. */
  readonly shadow: RbacRules | undefined;
  /** What a request is marked with, before the key itself, that `shadow` matches. */
  readonly mark: string;
}

/** Somebody outside of the proxy is asked. */
export interface AskConfig {
  readonly kind: "ask";
  /** The mark that a request has to bear; undefined: all are asked about. */
  readonly mark: string | undefined;
  /** The cluster. */
  readonly whom: string;
}

export interface CorsConfig {
  readonly kind: "cors";
  readonly origins: readonly TextTest[];
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  readonly maxAge: string;
  readonly credentials: boolean | undefined;
  readonly privateNetwork: boolean | undefined;
  readonly forwardsOthers: boolean | undefined;
  readonly enabled: Fraction;
}

export interface FaultConfig {
  readonly kind: "fault";
  readonly conditions: readonly Condition[];
  readonly delayMs: number;
  readonly delayed: Fraction;
  /** Undefined: requests are not aborted. */
  readonly abort:
    | { readonly status: number; readonly grpcStatus: number | undefined; readonly share: Fraction }
    | undefined;
}

/** Headers that it takes off where they are present. */
export interface HeaderToMetadataConfig {
  readonly kind: "header-to-metadata";
  readonly removes: readonly string[];
}

export type FilterConfig =
  | TokenConfig
  | RbacConfig
  | AskConfig
  | CorsConfig
  | FaultConfig
  | HeaderToMetadataConfig
  /** The agent is asked, by the limits that the route table has for it. */
  | { readonly kind: "limits"; readonly set: string | undefined }
  | { readonly kind: "router" }
  /** The host is looked up for clusters that go to whom a request names. */
  | { readonly kind: "look-up" }
  | { readonly kind: "grpc-web" }
  /** Shows headers to who asks for them. */
  | { readonly kind: "tap" }
  /** Gives a request its span; no route asks which. */
  | { readonly kind: "trace" }
  /** What it does this engine does not know. */
  | { readonly kind: "unknown"; readonly type: string };

export interface Filter {
  readonly name: string;
  readonly config: FilterConfig;
  /** Only routes that say something for it switch it on. */
  readonly isDisabled: boolean;
}
