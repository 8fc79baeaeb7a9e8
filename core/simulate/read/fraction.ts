import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
} from "#proto/gen/envoy/type/v3/percent_pb.js";

/** `parts` of `of`. */
export interface Fraction {
  readonly parts: number;
  readonly of: number;
}

const OF = {
  [Denominator.HUNDRED]: 100,
  [Denominator.TEN_THOUSAND]: 10_000,
  [Denominator.MILLION]: 1_000_000,
} as const;

/** What is not said is `unset`. */
export function readFraction(percent: FractionalPercent | undefined, unset: Fraction): Fraction {
  return percent === undefined ? unset : { parts: percent.numerator, of: OF[percent.denominator] };
}

export function formatFraction({ parts, of }: Fraction): string {
  return `${Number(((parts / of) * 100).toFixed(4))} %`;
}
