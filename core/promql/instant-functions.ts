import type { FunctionName } from "#core/promql/function-table.ts";

/** A value from one of a vector and the scalar arguments. */
export type InstantFunction = (value: number, params: readonly number[]) => number;

const DEGREES = 180 / Math.PI;
const ofDate =
  (part: (date: Date) => number): InstantFunction =>
  (seconds) => {
    const date = new Date(Math.trunc(seconds) * 1000);
    return part(date);
  };

function dayOfYear(date: Date): number {
  return (
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) /
    86_400_000
  );
}

/** What `round` does to a number: halves go up. */
function round(value: number, params: readonly number[]): number {
  const inverse = 1 / (params[0] ?? 1);
  return Math.floor(value * inverse + 0.5) / inverse;
}

export const INSTANT_FUNCTIONS: Partial<Record<FunctionName, InstantFunction>> = {
  abs: Math.abs,
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (value) => value * DEGREES,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  rad: (value) => value / DEGREES,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
  clamp: (value, [least = Number.NaN, most = Number.NaN]) => Math.max(least, Math.min(most, value)),
  clamp_max: (value, [most = Number.NaN]) => Math.min(most, value),
  clamp_min: (value, [least = Number.NaN]) => Math.max(least, value),
  round,
  day_of_month: ofDate((date) => date.getUTCDate()),
  day_of_week: ofDate((date) => date.getUTCDay()),
  day_of_year: ofDate(dayOfYear),
  days_in_month: ofDate((date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()),
  hour: ofDate((date) => date.getUTCHours()),
  minute: ofDate((date) => date.getUTCMinutes()),
  month: ofDate((date) => date.getUTCMonth() + 1),
  year: ofDate((date) => date.getUTCFullYear()),
};

/** Those that are of the time of evaluation without an argument. */
export const TIME_FUNCTIONS: ReadonlySet<string> = new Set([
  "day_of_month",
  "day_of_week",
  "day_of_year",
  "days_in_month",
  "hour",
  "minute",
  "month",
  "year",
]);
