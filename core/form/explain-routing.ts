import type { MatchForm, RoutingForm, RuleForm } from "#core/form/routing-form.ts";
import type { TextMatch } from "#core/form/text-match.ts";
import { joinWords } from "#core/kinds/join-words.ts";

/** What the routing does with a request, one sentence for each rule in the order in which they are tried. */
export function explainRouting(form: RoutingForm): string[] {
  return form.rules.map((rule, index) => {
    const who = describeRequests(rule, index > 0);
    const extras = describeExtras(rule);
    return `${who} ${describeAction(rule, rule.matches.length > 0)}${extras.length === 0 ? "" : `, with ${joinWords(extras, "and")}`}.`;
  });
}

function describeRequests({ matches }: RuleForm, isLater: boolean): string {
  if (matches.length === 0) return isLater ? "Everything else" : "Every request";
  return `${isLater ? "Else requests" : "Requests"} ${joinWords(matches.map(describeMatch), "or")}`;
}

/** "with path /a… and method GET" */
function describeMatch({ uri, method, headers, queryParams, other }: MatchForm): string {
  const parts = [
    ...(uri === null ? [] : [`path ${describeText(uri)}`]),
    ...(method === null ? [] : [`method ${describeText(method)}`]),
    ...headers.map((header) => `header ${header.name} ${describeText(header)}`),
    ...queryParams.map((param) => `query parameter ${param.name} ${describeText(param)}`),
    ...(other.length === 0 ? [] : ["what the YAML says besides"]),
  ];
  return parts.length === 0 ? "of any kind" : `with ${joinWords(parts, "and")}`;
}

function describeText({ operator, value }: TextMatch): string {
  switch (operator) {
    case "exact":
      return value === "" ? "empty" : value;
    case "prefix":
      return `${value}…`;
    case "regex":
      return `like ${value}`;
    case "present":
      return "present";
  }
}

function describeAction({ destinations, other }: RuleForm, isPlural: boolean): string {
  const go = isPlural ? "go" : "goes";
  if (destinations.length === 0)
    return other.some((path) => /redirect|directResponse/.test(path))
      ? `${isPlural ? "get" : "gets"} the answer that the YAML says`
      : `${go} nowhere yet`;
  const named = destinations.map(({ host, subset, percent }) => ({ name: `${host} ${subset}`.trim(), percent }));
  const all = named.length === 1 ? named[0] : named.find(({ percent }) => percent === 100);
  if (all !== undefined) return `${go} to ${all.name}`;
  const shares = named.filter(({ percent }) => percent > 0).map(({ name, percent }) => `${name} (${percent} %)`);
  return shares.length === 0 ? `${go} nowhere: no destination has a share` : `${go} to ${joinWords(shares, "and")}`;
}

function describeExtras({ timeout, retries, delay, abort, mirror }: RuleForm): string[] {
  return [
    ...(timeout === "" ? [] : [`${timeout} to answer`]),
    ...(retries === null ? [] : [retries.attempts === 0 ? "no retries" : `up to ${retries.attempts ?? 0} retries`]),
    ...(delay === null ? [] : [`${delay.percent ?? 0} % delayed by ${delay.fixedDelay}`]),
    ...(abort === null ? [] : [`${abort.percent ?? 0} % answered ${abort.httpStatus ?? "with an error"} at once`]),
    ...(mirror === null ? [] : [`${mirror.percent ?? 100} % copied to ${`${mirror.host} ${mirror.subset}`.trim()}`]),
  ];
}
