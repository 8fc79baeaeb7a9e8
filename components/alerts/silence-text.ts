import { stringify } from "yaml";

export interface SilenceInput {
  readonly labels: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly reason: string;
  readonly nowMs: number;
  readonly namespace: string;
}

/** A Silence that begins now. Its name has the second in it. */
export function silenceText({ labels, seconds, reason, nowMs, namespace }: SilenceInput): string {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const name = `silence-${at(nowMs).replace(/[^0-9]/g, "")}`;
  return stringify({
    apiVersion: "observe.pharos.dev/v1",
    kind: "Silence",
    metadata: { name, namespace },
    spec: {
      matchers: Object.entries(labels).map(([label, value]) => ({ name: label, value })),
      startsAt: at(nowMs),
      endsAt: at(nowMs + seconds * 1000),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
    },
  });
}
