import type { RequestCondition } from "#core/telemetry/request-filter.ts";

/** `envoy.config.common.matcher.v3.MatchPredicate` as JSON. */
export type MatchPredicate = Readonly<Record<string, unknown>>;

const ANY: MatchPredicate = { any_match: true };
/** Beyond every code: Envoy takes no number of any size. */
const CODE_END = 1000;
/** The second is there where a caller's route has rewritten the first, and then it is what the line of the log says. */
const PATHS = [":path", "x-envoy-original-path"] as const;

/** What has Envoy hand over the headers of requests that one of these filters may ask for, and of few others. */
export function envoyMatch(filters: readonly (readonly RequestCondition[])[]): MatchPredicate {
  const each = filters.map((conditions) => conditions.map(predicateOf).filter((each) => each !== undefined));
  if (each.length === 0 || each.some((predicates) => predicates.length === 0)) return ANY;
  return joined(
    "or_match",
    each.map((predicates) => joined("and_match", predicates)),
  );
}

function joined(kind: "or_match" | "and_match", rules: readonly MatchPredicate[]): MatchPredicate {
  const [first = ANY] = rules;
  return rules.length < 2 ? first : { [kind]: { rules } };
}

/** Undefined where Envoy cannot tell by the headers as they arrive. */
function predicateOf(condition: RequestCondition): MatchPredicate | undefined {
  if (condition.isNot || condition.kind === "text") return undefined;
  if (condition.kind === "between") {
    const { field, from = 0, to = 999 } = condition;
    if (field !== "code" || from < 1) return undefined;
    return status({ range_match: { start: codeNear(Math.ceil(from)), end: codeNear(Math.floor(to)) + 1 } });
  }
  const { field, values } = condition;
  if (values.includes("")) return undefined;
  if (field === "code") return values.includes("0") ? undefined : status(matching(`(?:${values.join("|")})`));
  const anyOf = `(?:${values.map(toRegex).join("|")})`;
  if (field === "method") return request(":method", matching(anyOf));
  if (field === "path")
    return joined(
      "or_match",
      PATHS.map((name) => request(name, matching(`${anyOf}(?:\\?.*)?`))),
    );
  return undefined;
}

function codeNear(bound: number): number {
  return Math.min(Math.max(bound, 0), CODE_END);
}

function status(match: object): MatchPredicate {
  return { http_response_headers_match: { headers: [{ name: ":status", ...match }] } };
}

function request(name: string, match: object): MatchPredicate {
  return { http_request_headers_match: { headers: [{ name, ...match }] } };
}

function matching(regex: string): object {
  return { string_match: { safe_regex: { regex } } };
}

/** For RE2, which matches whole values. */
function toRegex(value: string): string {
  return `(?s:${value.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll(/\*+/g, ".*")})`;
}
