import type { Tone } from "#components/ui/badge.tsx";
import { REQUEST_CLASSES, type RequestClass } from "#core/telemetry/request-class.ts";

interface Look {
  readonly label: string;
  readonly tone: Tone;
  /** A colour variable, for charts. */
  readonly color: string;
}

export const CLASS_LOOKS: Readonly<Record<RequestClass, Look>> = {
  ok: { label: "OK", tone: "ok", color: "ok" },
  slow: { label: "Slow", tone: "warn", color: "series-2" },
  "client-error": { label: "Client error", tone: "warn", color: "warn" },
  error: { label: "Error", tone: "bad", color: "bad" },
  limited: { label: "Limited", tone: "accent", color: "series-1" },
  denied: { label: "Denied", tone: "bad", color: "series-3" },
};

/** In the order in which charts stack them. */
export const STACKED_CLASSES: readonly RequestClass[] = [...REQUEST_CLASSES].reverse();
