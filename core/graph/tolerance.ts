import type { AnswerTally } from "#core/graph/tally.ts";
import type { HealthSubject } from "#core/resolve/health-tolerances.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";

export type Direction = "inbound" | "outbound";

/** Up to which share answers may fail. */
export interface Tolerance {
  readonly counts: (answer: AnswerTally) => boolean;
  /** What shares are of: requests over one of these; absent: all. */
  readonly protocols?: readonly TrafficKey["protocol"][];
  /** Requests that come in, or those that are made; absent: those that come in, and where none do, those that are made. */
  readonly direction?: Direction | "both";
  readonly degradedPercent: number;
  readonly failurePercent: number;
  /** Follows "12.0 % of 20 requests/s": "answered 5xx". */
  readonly what: string;
  /** The same in a word or two. */
  readonly short: string;
  /** The resource that says so; absent for a default. */
  readonly ref?: string;
}

const LEAST = { degradedPercent: 0.1, failurePercent: 10 } as const;

/** Kiali's defaults, with 0.1 % as the least share that counts; a refusal by policy counts as an answer 5xx does. */
export const DEFAULT_TOLERANCES: readonly Tolerance[] = [
  { ...LEAST, counts: ({ outcome }) => outcome === "denied", what: "refused", short: "refused" },
  { ...LEAST, counts: ({ outcome }) => outcome === "server-error", what: "answered 5xx", short: "5xx" },
  { ...LEAST, counts: ({ outcome }) => outcome === "no-response", what: "got no answer", short: "unanswered" },
  { ...LEAST, counts: ({ outcome }) => outcome === "grpc-error", what: "ended in a gRPC error", short: "gRPC errors" },
  {
    counts: ({ outcome }) => outcome === "client-error",
    degradedPercent: 10,
    failurePercent: 20,
    what: "answered 4xx",
    short: "4xx",
  },
];

/** By what it is judged. */
export type TolerancesOf = (subject: HealthSubject) => readonly Tolerance[];

export const byDefault: TolerancesOf = () => DEFAULT_TOLERANCES;

/** Those that hold for traffic in one direction; `isOnly`: there is none in the other. */
export function tolerancesFor(all: readonly Tolerance[], direction: Direction, isOnly: boolean): readonly Tolerance[] {
  const isMeant = (tolerance: Tolerance): boolean =>
    tolerance.direction === undefined
      ? direction === "inbound" || isOnly
      : tolerance.direction === "both" || tolerance.direction === direction;
  return all.every(isMeant) ? all : all.filter(isMeant);
}
