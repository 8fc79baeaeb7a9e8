import type { RequestCondition } from "#core/telemetry/request-filter.ts";

/** `envoy.config.common.matcher.v3.MatchPredicate` as JSON. */
export type MatchPredicate = Readonly<Record<string, unknown>>;

const ANY: MatchPredicate = { any_match: true };

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
    return status({ range_match: { start: Math.ceil(from), end: Math.floor(to) + 1 } });
  }
  const { field, values } = condition;
  if (values.includes("")) return undefined;
  if (field === "code") return values.includes("0") ? undefined : status(matching(`(?:${values.join("|")})`));
  const anyOf = `(?:${values.map(toRegex).join("|")})`;
  if (field === "method") return request(":method", matching(anyOf));
  if (field === "path") return request(":path", matching(`${anyOf}(?:\\?.*)?`));
  return undefined;
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
