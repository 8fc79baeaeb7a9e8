import type { ComparedTraffic, EffectFinding } from "#core/traffic/revision-effect.ts";

/** Of fewer requests on either side nothing is said. */
export const REQUESTS_MIN = 50;
/** A twentieth of fewer is a handful. */
const REQUESTS_FOR_P95_MIN = 200;
/** In standard errors: a difference of shares that chance makes in one of some hundreds. */
const SURE = 3;
const PERCENT_MIN = 1;
/** Times that come out otherwise from run to run differ less. */
const RATIO_MIN = 1.5;
const MS_MIN = 2;
const RATE_RATIO_MIN = 2;

const ORDER: Readonly<Record<EffectFinding["figure"], number>> = { failed: 0, refused: 1, p95: 2, p50: 3, rate: 4 };

/** What is another after than before, worse things first. */
export function findDifferences(traffic: readonly ComparedTraffic[]): EffectFinding[] {
  const found = traffic.flatMap((each) => [
    ...differsInShare(each, "failed"),
    ...differsInShare(each, "refused"),
    ...differsInTime(each),
    ...differsInRate(each),
  ]);
  const rank = ({ figure, isWorse }: EffectFinding): number => ORDER[figure] + (isWorse === false ? 10 : 0);
  return found.sort((a, b) => rank(a) - rank(b));
}

function differsInShare(traffic: ComparedTraffic, figure: "failed" | "refused"): EffectFinding[] {
  const { before, after } = traffic;
  if (before.requests < REQUESTS_MIN || after.requests < REQUESTS_MIN) return [];
  const of = figure === "failed" ? "failedPercent" : "refusedPercent";
  const [was, is] = [before[of], after[of]];
  const pooled = (was * before.requests + is * after.requests) / (before.requests + after.requests) / 100;
  const error = 100 * Math.sqrt(pooled * (1 - pooled) * (1 / before.requests + 1 / after.requests));
  if (Math.abs(is - was) < Math.max(PERCENT_MIN, SURE * error)) return [];
  return [tell(traffic, figure, was, is, is > was)];
}

/** Of the slowest where there are enough of them; else of the middle. */
function differsInTime(traffic: ComparedTraffic): EffectFinding[] {
  const { before, after } = traffic;
  const least = Math.min(before.requests, after.requests);
  for (const figure of ["p95", "p50"] as const) {
    if (least < (figure === "p95" ? REQUESTS_FOR_P95_MIN : REQUESTS_MIN)) continue;
    const [was, is] = figure === "p95" ? [before.p95Ms, after.p95Ms] : [before.p50Ms, after.p50Ms];
    if (was === null || is === null || Math.abs(is - was) < MS_MIN) continue;
    if (Math.max(is / was, was / is) >= RATIO_MIN) return [tell(traffic, figure, was, is, is > was)];
  }
  return [];
}

/** More or fewer requests are neither good nor bad: a route may be meant to make them so. */
function differsInRate(traffic: ComparedTraffic): EffectFinding[] {
  const { before, after } = traffic;
  if (Math.max(before.requests, after.requests) < REQUESTS_MIN) return [];
  const [was, is] = [before.requestsPerSecond, after.requestsPerSecond];
  if (was > 0 && is > 0 && Math.max(is / was, was / is) < RATE_RATIO_MIN) return [];
  return [tell(traffic, "rate", was, is, null)];
}

function tell(
  { caller, called }: ComparedTraffic,
  figure: EffectFinding["figure"],
  before: number,
  after: number,
  isWorse: boolean | null,
): EffectFinding {
  return { figure, caller, called, before, after, isWorse };
}
