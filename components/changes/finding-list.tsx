import { ArrowRight, TrendingDown, TrendingUp } from "lucide-react";
import { describeDifference } from "#core/traffic/describe-difference.ts";
import type { EffectFinding } from "#core/traffic/revision-effect.ts";

const LOOK = {
  worse: { Icon: TrendingUp, tone: "text-bad-text", word: "worse" },
  better: { Icon: TrendingDown, tone: "text-ok-text", word: "better" },
  other: { Icon: ArrowRight, tone: "text-muted", word: "another" },
} as const;

/** What is another since a revision, in words. */
export function FindingList({
  findings,
  max = 50,
}: {
  readonly findings: readonly EffectFinding[];
  readonly max?: number;
}) {
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {findings.slice(0, max).map((finding) => {
        const { Icon, tone, word } = LOOK[finding.isWorse === null ? "other" : finding.isWorse ? "worse" : "better"];
        return (
          <li key={`${finding.figure} ${finding.caller} ${finding.called}`} className={`flex gap-1.5 ${tone}`}>
            <Icon aria-label={word} className="mt-0.5 size-3.5 shrink-0" />
            <span className="min-w-0 [overflow-wrap:anywhere]">{describeDifference(finding)}</span>
          </li>
        );
      })}
      {findings.length > max ? <li className="text-subtle text-xs">and {findings.length - max} more</li> : null}
    </ul>
  );
}
