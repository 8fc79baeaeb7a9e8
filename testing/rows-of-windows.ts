import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { keyOfWire } from "#core/telemetry/traffic-key.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** What agents reported, as rows that a graph is built from; each end is taken at its word. */
export function rowsOfWindows(windows: readonly RequestWindow[]): TrafficRow[] {
  return windows.map((window) => ({
    key: keyOfWire({ ...window }),
    count: Number(window.count),
    requestBytes: Number(window.requestBytes),
    responseBytes: Number(window.responseBytes),
    durationSumMs: window.durationSumMs,
    opened: window.opened,
    durations: window.durations,
  }));
}
