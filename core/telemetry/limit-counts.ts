import { nameLimitRefusal } from "#core/telemetry/limit-refusal.ts";

/** What a rule said of a request: "tried" would have refused it, and let it go on. */
export type LimitOutcome = "admitted" | "tried" | "refused" | "exempt";

export interface LimitCount {
  /** `NAMESPACE/NAME/RULE` */
  readonly rule: string;
  readonly outcome: LimitOutcome;
}

const SIGNS = { admitted: "+", tried: "~", refused: "-", exempt: "=" } as const satisfies Record<LimitOutcome, string>;
const OUTCOMES = new Map(Object.entries(SIGNS).map(([outcome, sign]) => [sign, outcome as LimitOutcome]));
/** Of a request that more rules count, the others are not told: sets of labels are few. */
const COUNTS_MAX = 16;
const CHARS_MAX = 1000;
const WRITTEN = /^([+~=-])([a-z0-9-]{1,63}\/[a-z0-9.~-]{1,507}\/[\w@.-]{1,330})$/;

/** As it stands in a line of the access log and in a label: `+shop/per-caller/burst ~shop/tried/all`. */
export function formatLimitCounts(counts: readonly LimitCount[]): string {
  let text = "";
  for (const { rule, outcome } of counts.slice(0, COUNTS_MAX)) {
    const longer = `${text}${text === "" ? "" : " "}${SIGNS[outcome]}${rule}`;
    if (longer.length > CHARS_MAX) break;
    text = longer;
  }
  return text;
}

/** What is no such word is left out. */
export function parseLimitCounts(text: string): LimitCount[] {
  if (text === "") return [];
  return text.split(" ", COUNTS_MAX).flatMap((word) => {
    const [, sign = "", rule = ""] = WRITTEN.exec(word) ?? [];
    const outcome = OUTCOMES.get(sign as (typeof SIGNS)[LimitOutcome]);
    return outcome === undefined ? [] : [{ rule, outcome }];
  });
}

/** The same with nothing in it that is none. */
export const cleanLimitCounts = (text: string): string => formatLimitCounts(parseLimitCounts(text));

/** The rule as people are told it, `KIND/NAMESPACE/NAME/RULE`: a plan's count as the rule's own. */
export const nameCountedRule = (rule: string): string | undefined => nameLimitRefusal(`limit:${rule}`)?.[0];
