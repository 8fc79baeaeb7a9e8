import type { ErrorCode } from "#core/errors.ts";
import type { LimitOutcome } from "#core/telemetry/limit-counts.ts";
import type { Handed } from "#mesh-agent/limits/handed-over.ts";
import type { RouteLimits, RoutesChange } from "#mesh-agent/limits/read-route-limits.ts";

/** What the thread of limits is started with. */
export interface LimitThreadData {
  readonly socketPath: string;
  readonly membersFile: string;
  readonly journalsDir: string;
  /** `namespace/name` */
  readonly instance: string;
  readonly routes: readonly RouteLimits[];
  readonly isUp: boolean;
}

export interface LimitStats {
  /** Buckets that are known. */
  readonly keys: number;
  /** Draws that did not reach the owner, in messages. */
  readonly failures: number;
  /** Requests by `NAMESPACE/NAME RULE`. */
  readonly counts: Readonly<Record<LimitOutcome, ReadonlyMap<string, number>>>;
}

export type ToLimits =
  | { readonly kind: "routes"; readonly change: RoutesChange }
  /** Whether the control plane is reached. */
  | { readonly kind: "uplink"; readonly isUp: boolean }
  | { readonly kind: "answered"; readonly id: number; readonly answer: Uint8Array }
  | { readonly kind: "refused"; readonly id: number; readonly code: ErrorCode; readonly message: string }
  /** Answered by `heard` with the same mark, when what they say is written down. */
  | ({ readonly kind: "streams" } & Handed)
  /** Another Envoy was started. */
  | { readonly kind: "envoy" }
  | { readonly kind: "stats" }
  | { readonly kind: "close" };

export type FromLimits =
  | { readonly kind: "ready" }
  | { readonly kind: "unready"; readonly code: ErrorCode; readonly message: string }
  /** A unary call of the control plane. */
  | {
      readonly kind: "call";
      readonly id: number;
      readonly path: string;
      readonly request: Uint8Array;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "heard"; readonly mark: number }
  | { readonly kind: "stats"; readonly stats: LimitStats }
  | { readonly kind: "closed" };
