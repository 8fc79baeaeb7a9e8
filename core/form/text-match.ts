import type { StringMatch } from "#core/kinds/string-match.ts";

export type MatchOperator = "exact" | "prefix" | "regex" | "present";

export interface TextMatch {
  readonly operator: MatchOperator;
  readonly value: string;
}

/** `{}` reads as "present", which is what it means for headers. */
export function readTextMatch(match: StringMatch): TextMatch {
  for (const operator of ["exact", "prefix", "regex"] as const)
    if (match[operator] !== undefined) return { operator, value: match[operator] };
  return { operator: "present", value: "" };
}

export function writeTextMatch({ operator, value }: TextMatch): StringMatch {
  return operator === "present" ? {} : { [operator]: value };
}
