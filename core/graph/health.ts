import type { Health } from "#core/graph/graph.ts";

/** What health is judged by. */
export interface HealthFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly serverErrors: number;
  readonly clientErrors: number;
  readonly grpcErrors: number;
  readonly unanswered: number;
  readonly denied: number;
  /** Names of the policies that refused. */
  readonly deniedBy: readonly string[];
  /** Of the requests, those that only their callers tell of. */
  readonly unseen: number;
}

interface Tolerance {
  readonly figure: "serverErrors" | "clientErrors" | "grpcErrors" | "unanswered" | "denied";
  readonly degradedPercent: number;
  readonly failurePercent: number;
  readonly what: string;
}

/** Kiali's defaults, with 0.1 % as the least share that counts; a refusal by policy counts as an answer 5xx does. */
const TOLERANCES: readonly Tolerance[] = [
  { figure: "denied", degradedPercent: 0.1, failurePercent: 10, what: "refused" },
  { figure: "serverErrors", degradedPercent: 0.1, failurePercent: 10, what: "answered 5xx" },
  { figure: "unanswered", degradedPercent: 0.1, failurePercent: 10, what: "got no answer" },
  { figure: "grpcErrors", degradedPercent: 0.1, failurePercent: 10, what: "ended in a gRPC error" },
  { figure: "clientErrors", degradedPercent: 10, failurePercent: 20, what: "answered 4xx" },
];

const SEVERITY = { healthy: 0, degraded: 1, failure: 2 } as const;

/** The worst of all tolerances, with the figure that decided. Nothing measured is idle. */
export function judgeHealth(figures: HealthFigures): Health {
  if (figures.requests === 0) return { status: "idle", reason: "no requests in this time" };
  const rate = `${formatRate(figures.requests / figures.seconds)} requests/s`;
  let worst: { readonly status: keyof typeof SEVERITY; readonly reason: string } = {
    status: "healthy",
    reason: `${rate}, all within tolerance`,
  };
  for (const { figure, degradedPercent, failurePercent, what } of TOLERANCES) {
    const percent = (figures[figure] / figures.requests) * 100;
    const status = percent >= failurePercent ? "failure" : percent >= degradedPercent ? "degraded" : "healthy";
    if (SEVERITY[status] <= SEVERITY[worst.status]) continue;
    const by = figure === "denied" && figures.deniedBy.length > 0 ? ` (${figures.deniedBy.join(", ")})` : "";
    worst = { status, reason: `${percent.toFixed(1)} % of ${rate} ${what}${by}` };
  }
  if (worst.status === "healthy" || figures.unseen === 0) return worst;
  const unseen = `${formatRate(figures.unseen / figures.seconds)} requests/s never arrived, as callers tell`;
  return { ...worst, reason: `${worst.reason}; ${unseen}` };
}

function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate >= 1 ? rate.toFixed(1) : rate.toPrecision(1);
}
