import type { AccessEntry } from "#core/telemetry/access-entry.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Shape } from "#mesh-agent/telemetry/request-shapes.ts";

/** A request that may be shown. */
export interface SeenRequest {
  readonly entry: AccessEntry;
  readonly labels: TrafficKey;
  readonly shape: Shape;
  /** Beside the other requests of its service. */
  readonly isSlow: boolean;
}
