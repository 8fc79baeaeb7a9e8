import type { LostReports } from "#mesh-agent/telemetry/report-place.ts";
import type { Gap } from "#mesh-agent/telemetry/request-ledger.ts";

const DAMAGED = "the agent's telemetry store was damaged or gone";
/** Of lines whose place is lost nobody knows the time: as if they were of this last stretch. */
const UNREAD_MS = 60_000;

/** Reports that waited in a store that cannot be read any more. */
export function lostReports({ fromMs, toMs, requests }: LostReports): Gap {
  return { startMs: fromMs, endMs: toMs, reason: `${DAMAGED}: reports that waited in it are lost`, requests };
}

/** It is not known how far the access log was read, which tells of `unread` requests. */
export function lostPlace(unread: number, nowMs: number): Gap {
  const reason = `${DAMAGED}: of the ${unread} requests that the access log tells of, those not yet reported are lost`;
  return { startMs: nowMs - UNREAD_MS, endMs: nowMs, reason, requests: 0 };
}

/** The oldest reports, for which there was no room any more. */
export function droppedReports({ fromMs, toMs, requests }: LostReports): Gap {
  const reason = "the control plane was away for so long that the oldest reports were dropped";
  return { startMs: fromMs, endMs: toMs, reason, requests };
}
