import { joinWords } from "#core/kinds/join-words.ts";
import type { StringMatch } from "#core/kinds/string-match.ts";
import { describeShares, nameOf } from "#core/kinds/virtual-service/describe-shares.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import type { Draft } from "#core/schema/read-draft.ts";

type Rule = Draft<HttpRoute>;
type Match = Draft<HttpMatch>;

/** What becomes of a request, one sentence for each rule in the order in which they are tried; also of unfinished rules. */
export function describeRoutes(rules: readonly Rule[] = []): string[] {
  return rules.map((rule, index) => {
    const { match = [] } = rule;
    const extras = describeExtras(rule);
    return `${describeRequests(match, index > 0)} ${describeAction(rule, match.length > 0)}${extras.length === 0 ? "" : `, with ${joinWords(extras, "and")}`}.`;
  });
}

function describeRequests(match: readonly Match[], isLater: boolean): string {
  if (match.length === 0) return isLater ? "Everything else" : "Every request";
  return `${isLater ? "Else requests" : "Requests"} ${joinWords(match.map(describeMatch), "or")}`;
}

/** "with path /a… and method GET" */
function describeMatch({
  uri,
  method,
  headers = {},
  queryParams = {},
  name: _name,
  statPrefix: _stats,
  ...others
}: Match): string {
  const parts = [
    ...(uri === undefined ? [] : [`path ${describeText(uri)}`]),
    ...(method === undefined ? [] : [`method ${describeText(method)}`]),
    ...Object.entries(headers).map(([name, text]) => `header ${name} ${describeText(text)}`),
    ...Object.entries(queryParams).map(([name, text]) => `query parameter ${name} ${describeText(text)}`),
    ...(Object.keys(others).length === 0 ? [] : ["what the YAML says besides"]),
  ];
  return parts.length === 0 ? "of any kind" : `with ${joinWords(parts, "and")}`;
}

function describeText({ exact, prefix, regex }: Draft<StringMatch>): string {
  if (exact !== undefined) return exact === "" ? "empty" : exact;
  if (prefix !== undefined) return `${prefix}…`;
  return regex === undefined ? "present" : `like ${regex}`;
}

function describeAction({ route = [], redirect, directResponse, delegate }: Rule, isPlural: boolean): string {
  const are = isPlural ? "are" : "is";
  if (delegate !== undefined)
    return `${are} routed by ${[delegate.namespace ?? "", delegate.name ?? ""].filter(Boolean).join("/")}`;
  if (redirect !== undefined)
    return `${are} redirected${redirect.uri || redirect.authority ? ` to ${redirect.authority ?? ""}${redirect.uri ?? ""}` : ""}`;
  if (directResponse !== undefined) return `${are} answered ${directResponse.status ?? ""}`.trimEnd();
  return `${isPlural ? "go" : "goes"} ${describeShares(route)}`;
}

function describeExtras({ timeout = "", retries, fault = {}, mirror, mirrorPercentage }: Rule): string[] {
  const { delay, abort } = fault;
  return [
    ...(timeout === "" ? [] : [`${timeout} to answer`]),
    ...(retries === undefined
      ? []
      : [retries.attempts === 0 ? "no retries" : `up to ${retries.attempts ?? 0} retries`]),
    ...(delay === undefined ? [] : [`${delay.percentage?.value ?? 0} % delayed by ${delay.fixedDelay ?? ""}`]),
    ...(abort === undefined
      ? []
      : [`${abort.percentage?.value ?? 0} % answered ${abort.httpStatus ?? "with an error"} at once`]),
    ...(mirror === undefined ? [] : [`${mirrorPercentage?.value ?? 100} % copied to ${nameOf(mirror)}`]),
  ];
}
