import type { MatchLabelsSelector } from "#core/kinds/workload-selector.ts";

export interface PeerAuthenticationSpec {
  readonly selector?: MatchLabelsSelector;
  readonly mtls?: { readonly mode?: MtlsMode };
  /** Workload port (not service port) → mode; needs a selector. */
  readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: MtlsMode }>>;
}

export type MtlsMode = "UNSET" | "DISABLE" | "PERMISSIVE" | "STRICT";
