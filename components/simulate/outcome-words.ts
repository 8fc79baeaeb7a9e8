import type { Tone } from "#components/ui/badge.tsx";
import type { OutcomeView } from "#core/view/simulation.ts";

const WHO = { caller: "the caller's proxy", called: "the called proxy" } as const;

/** `reviews-v1 in default` or an address. */
function endOf({ endpoints, cluster }: OutcomeView): string {
  const [first] = endpoints;
  if (first === undefined) return cluster ?? "nowhere";
  const [workload, namespace] = first.workload?.split(";") ?? [];
  if (workload !== undefined) return `${workload} in ${namespace}`;
  return first.port === 0 ? first.address : `${first.address}:${first.port}`;
}

/** What came of it, in a few words. */
export function headlineOf(outcome: OutcomeView): string {
  const { by, status, flags, details } = outcome;
  if (by === "application" || by === "outside") return `Reaches ${endOf(outcome)}`;
  if (by === "unknown") return `Cannot be said: ${details}`;
  const what = status === null ? "Connection closed" : `${status}${flags === "" ? "" : ` ${flags}`}`;
  return `${what} from ${WHO[by]}`;
}

export function toneOf({ by, status }: OutcomeView): Tone {
  if (by === "application" || by === "outside") return "ok";
  if (by === "unknown") return "warn";
  return status !== null && status < 400 ? "accent" : "bad";
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${Number(percent.toFixed(1))} %`;
}
