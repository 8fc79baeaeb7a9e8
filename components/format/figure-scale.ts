import { formatMillis } from "#components/format/format-millis.ts";

export type FormatFigure = (value: number | null) => string;

/** Rates of one column, with as many decimals as the largest leaves room for; what would read as zero is `<0.1`. */
export function rateScale(largest: number): FormatFigure {
  if (largest >= 10_000) return absent((value) => (value < 100 ? (value < 1 ? "<1" : value.toFixed(0)) : kilo(value)));
  const decimals = largest < 10 ? 2 : largest < 1000 ? 1 : 0;
  return absent((value) => fixed(value, decimals));
}

/** Percentages of one column: one decimal, but for none and all, which are exact. */
export function percentScale(): FormatFigure {
  return absent((value) => {
    if (value === 100) return "100 %";
    if (value > 99.9) return ">99.9 %";
    return `${fixed(value, 1)} %`;
  });
}

/** Durations of one column: in milliseconds with a decimal, in whole ones, or in seconds as soon as one takes that long. */
export function millisScale(largest: number): FormatFigure {
  if (largest >= 60_000) return formatMillis;
  if (largest >= 999.5) return absent((value) => `${fixed(value / 1000, 2)} s`);
  const decimals = largest < 100 ? 1 : 0;
  return absent((value) => `${fixed(value, decimals)} ms`);
}

function absent(format: (value: number) => string): FormatFigure {
  return (value) => (value === null || !Number.isFinite(value) ? "–" : value === 0 ? format(0) : format(value));
}

function fixed(value: number, decimals: number): string {
  const least = 10 ** -decimals;
  if (value === 0) return "0";
  return value < least ? `<${least}` : value.toFixed(decimals);
}

function kilo(value: number): string {
  return value < 1_000_000 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}
