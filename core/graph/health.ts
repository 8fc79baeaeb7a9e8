import type { Health } from "#core/graph/graph.ts";
import { type Unseen, whyUnseen } from "#core/graph/why-unseen.ts";

/** What health is judged by. */
export interface HealthFigures extends Unseen {
  readonly requests: number;
  readonly seconds: number;
  readonly serverErrors: number;
  readonly clientErrors: number;
  readonly grpcErrors: number;
  readonly unanswered: number;
  readonly denied: number;
  /** Names of the policies that refused. */
  readonly deniedBy: readonly string[];
  /** What is counted. */
  readonly unit: "requests" | "connections";
}

interface Tolerance {
  readonly figure: "serverErrors" | "clientErrors" | "grpcErrors" | "unanswered" | "denied";
  readonly degradedPercent: number;
  readonly failurePercent: number;
  readonly what: string;
  /** The same in a word or two. */
  readonly short: string;
}

/** Kiali's defaults, with 0.1 % as the least share that counts; a refusal by policy counts as an answer 5xx does. */
const TOLERANCES: readonly Tolerance[] = [
  { figure: "denied", degradedPercent: 0.1, failurePercent: 10, what: "refused", short: "refused" },
  { figure: "serverErrors", degradedPercent: 0.1, failurePercent: 10, what: "answered 5xx", short: "5xx" },
  { figure: "unanswered", degradedPercent: 0.1, failurePercent: 10, what: "got no answer", short: "unanswered" },
  {
    figure: "grpcErrors",
    degradedPercent: 0.1,
    failurePercent: 10,
    what: "ended in a gRPC error",
    short: "gRPC errors",
  },
  { figure: "clientErrors", degradedPercent: 10, failurePercent: 20, what: "answered 4xx", short: "4xx" },
];

const SEVERITY = { healthy: 0, degraded: 1, failure: 2 } as const;

/** The worst of all tolerances, with the figure that decided. Nothing measured is idle. */
export function judgeHealth(figures: HealthFigures): Health {
  const unseen = describeUnseen(figures);
  if (figures.requests === 0) {
    if (unseen === undefined) return { status: "idle", reason: `no ${figures.unit} in this time` };
    return { status: "idle", reason: `none arrived in this time; ${unseen.reason}`, cause: unseen.cause };
  }
  const rate = `${formatRate(figures.requests / figures.seconds)} ${figures.unit}/s`;
  let worst: Health & { readonly status: keyof typeof SEVERITY } = {
    status: "healthy",
    reason: `${rate}, all within tolerance`,
  };
  for (const { figure, degradedPercent, failurePercent, what, short } of TOLERANCES) {
    const percent = (figures[figure] / figures.requests) * 100;
    const status = percent >= failurePercent ? "failure" : percent >= degradedPercent ? "degraded" : "healthy";
    if (SEVERITY[status] <= SEVERITY[worst.status]) continue;
    const by = figure === "denied" && figures.deniedBy.length > 0 ? ` (${figures.deniedBy.join(", ")})` : "";
    const limit = status === "failure" ? failurePercent : degradedPercent;
    worst = {
      status,
      reason: `${percent.toFixed(1)} % of ${rate} ${what}${by}`,
      cause: `${short} ${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} % ≥ ${limit} %`,
    };
  }
  if (unseen === undefined) return worst;
  const reason = `${worst.reason}; ${unseen.reason}`;
  if (figures.blocked === 0) return worst.status === "healthy" ? worst : { ...worst, reason };
  // What a caller's own proxy turned down is told beside what decided: neither is seen from the other.
  return { ...worst, reason, cause: worst.cause === undefined ? unseen.cause : `${worst.cause}; ${unseen.cause}` };
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
