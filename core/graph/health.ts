import type { Health } from "#core/graph/graph.ts";
import type { AnswerTally } from "#core/graph/tally.ts";
import type { Tolerance } from "#core/graph/tolerance.ts";
import { type Unseen, whyUnseen } from "#core/graph/why-unseen.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";

/** What health is judged by. */
export interface HealthFigures extends Unseen {
  readonly requests: number;
  readonly seconds: number;
  readonly byProtocol: Readonly<Record<TrafficKey["protocol"], number>>;
  /** What of the requests did not simply go well. */
  readonly answers: readonly AnswerTally[];
  /** Names of the policies that refused. */
  readonly deniedBy: readonly string[];
  /** What is counted. */
  readonly unit: "requests" | "connections";
}

const SEVERITY = { unknown: 0, idle: 0, healthy: 1, degraded: 2, failure: 3 } as const;

/** The worst of all tolerances, with the figure that decided. Nothing measured is idle. */
export function judgeHealth(figures: HealthFigures, tolerances: readonly Tolerance[]): Health {
  const unseen = describeUnseen(figures);
  if (figures.requests === 0) {
    if (unseen === undefined) return { status: "idle", reason: `no ${figures.unit} in this time` };
    return { status: "idle", reason: `none arrived in this time; ${unseen.reason}`, cause: unseen.cause };
  }
  const rate = `${formatRate(figures.requests / figures.seconds)} ${figures.unit}/s`;
  let worst: Health = { status: "healthy", reason: `${rate}, all within tolerance` };
  for (const { counts, protocols, degradedPercent, failurePercent, what, short, ref } of tolerances) {
    const counted = figures.answers.filter(counts).filter(({ protocol }) => protocols?.includes(protocol) ?? true);
    const failed = counted.reduce((sum, { count }) => sum + count, 0);
    // As Kiali has it: of none nothing fails, also where none may.
    if (failed <= 0) continue;
    const of =
      protocols === undefined
        ? figures.requests
        : protocols.reduce((sum, protocol) => sum + figures.byProtocol[protocol], 0);
    const percent = (failed / of) * 100;
    const status = percent >= failurePercent ? "failure" : percent >= degradedPercent ? "degraded" : "healthy";
    if (SEVERITY[status] <= SEVERITY[worst.status]) continue;
    const isDenied = counted.every(({ outcome }) => outcome === "denied");
    const by = isDenied && figures.deniedBy.length > 0 ? ` (${figures.deniedBy.join(", ")})` : "";
    const limit = status === "failure" ? failurePercent : degradedPercent;
    worst = {
      status,
      reason: `${percent.toFixed(1)} % of ${ofRate(rate, protocols)} ${what}${by}${ref === undefined ? "" : `, by ${ref}`}`,
      cause: `${short} ${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} % ≥ ${limit} %`,
    };
  }
  if (unseen === undefined) return worst;
  const reason = `${worst.reason}; ${unseen.reason}`;
  if (figures.blocked === 0) return worst.status === "healthy" ? worst : { ...worst, reason };
  // What a caller's own proxy turned down is told beside what decided: neither is seen from the other.
  return { ...worst, reason, cause: worst.cause === undefined ? unseen.cause : `${worst.cause}; ${unseen.cause}` };
}

export function isWorse(health: Health, than: Health): boolean {
  return SEVERITY[health.status] > SEVERITY[than.status];
}

/** Of two judgments of one end, the worse; of its calls it is said that they are these. */
export function worseHealth(inbound: Health, outbound: Health): Health {
  if (!isWorse(outbound, inbound)) return inbound;
  const { status, reason, cause } = outbound;
  return {
    status,
    reason: `of its own calls: ${reason}`,
    ...(cause === undefined ? {} : { cause: `calls: ${cause}` }),
  };
}

/** A share of some protocols is of a part of all. */
function ofRate(rate: string, protocols: readonly string[] | undefined): string {
  return protocols === undefined ? rate : `what is ${protocols.join(" or ")} of ${rate}`;
}

/** What never came to the called end, and whether it is known where it stayed. */
function describeUnseen(figures: HealthFigures) {
  const { unseen, seconds, unit } = figures;
  if (unseen === 0) return undefined;
  const rate = formatRate(unseen / seconds);
  return { reason: `${rate} ${unit}/s never arrived, ${whyUnseen(figures)}`, cause: `${rate}/s never arrived` };
}

function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate >= 1 ? rate.toFixed(1) : rate.toPrecision(1);
}
