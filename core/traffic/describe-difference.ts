import type { EffectFinding } from "#core/traffic/revision-effect.ts";

/** "p95 of reviews → ratings ×3.1 (12 ms, then 37 ms)". */
export function describeDifference(finding: EffectFinding): string {
  const { figure, before, after } = finding;
  const edge = `${shortName(finding.caller)} → ${shortName(finding.called)}`;
  switch (figure) {
    case "failed":
      return `failures of ${edge} from ${percent(before)} to ${percent(after)}`;
    case "refused":
      return `refused of ${edge} from ${percent(before)} to ${percent(after)}`;
    case "p95":
    case "p50":
      return `${figure} of ${edge} ×${short(after / before)} (${millis(before)}, then ${millis(after)})`;
    case "rate":
      return before === 0
        ? `requests of ${edge} began, ${short(after)}/s`
        : after === 0
          ? `requests of ${edge} ended, ${short(before)}/s before`
          : `requests of ${edge} ×${short(after / before)} (${short(before)}/s, then ${short(after)}/s)`;
  }
}

/** `default/reviews` and `reviews.default.svc.cluster.local` are both reviews to people. */
export function shortName(name: string): string {
  if (name.includes("/")) return name.split("/")[1] ?? name;
  return name.includes(".svc.") ? (name.split(".")[0] ?? name) : name;
}

const short = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(value < 1 ? 2 : 1));
const percent = (value: number): string => `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
const millis = (value: number): string => `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ms`;
