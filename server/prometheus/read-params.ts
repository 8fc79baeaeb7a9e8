import { parseNumber } from "#core/promql/literals.ts";
import { type Matcher, makeMatcher } from "#core/promql/matcher.ts";
import { parseExpr } from "#core/promql/parse-expr.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { PatternBudget } from "#core/schema/pattern-budget.ts";

/** What is wrong with a parameter, in Prometheus' words. */
export function badParameter(name: string, why: string): PromqlError {
  return new PromqlError("bad_data", `invalid parameter ${JSON.stringify(name)}: ${why}`);
}

/** Seconds since 1970, or RFC 3339; in ms. */
export function readTime(params: URLSearchParams, name: string, otherwise?: number): number {
  const text = params.get(name) ?? "";
  if (text === "" && otherwise !== undefined) return otherwise;
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const ms = isNumber
    ? Math.round(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT/i.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return ms;
}

/** Seconds, or a duration like 1m; in ms. */
export function readDuration(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? "";
  const seconds = parseNumber(text);
  if (text === "" || seconds === undefined || !Number.isFinite(seconds))
    throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  return Math.round(seconds * 1000);
}

/** `limit`, where 0 and none are none. */
export function readLimit(params: URLSearchParams): number {
  const text = params.get("limit") ?? "0";
  if (!/^\d{1,9}$/.test(text))
    throw badParameter("limit", `cannot parse ${JSON.stringify(text.slice(0, 20))} to a valid limit`);
  return Number(text) === 0 ? Number.POSITIVE_INFINITY : Number(text);
}

/** Each is a walk through all series. */
const SELECTORS_MAX = 100;

/** Each `match[]` as the matchers of its selector. */
export function readSelectors(params: URLSearchParams): readonly (readonly Matcher[])[] {
  const texts = params.getAll("match[]");
  if (texts.length > SELECTORS_MAX)
    throw badParameter("match[]", `${texts.length} selectors: ${SELECTORS_MAX} at most`);
  const patterns = new PatternBudget();
  return texts.map((text) => {
    let expr: ReturnType<typeof parseExpr>;
    try {
      expr = parseExpr(text, patterns);
    } catch (error) {
      throw badParameter("match[]", error instanceof Error ? error.message : String(error));
    }
    if (expr.kind !== "vector-selector") throw badParameter("match[]", `${JSON.stringify(text)} is no series selector`);
    return expr.matchers;
  });
}

/** Every series there is. */
export const ANY: readonly Matcher[] = [makeMatcher("__name__", "=~", ".+")];
