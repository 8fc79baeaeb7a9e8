import { joinWords } from "#core/kinds/join-words.ts";
import type { StringMatch } from "#core/kinds/string-match.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { sharesOf } from "#core/kinds/virtual-service/shares-of.ts";
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
  const go = isPlural ? "go" : "goes";
  const are = isPlural ? "are" : "is";
  if (delegate !== undefined)
    return `${are} routed by ${[delegate.namespace ?? "", delegate.name ?? ""].filter(Boolean).join("/")}`;
  if (redirect !== undefined)
    return `${are} redirected${redirect.uri || redirect.authority ? ` to ${redirect.authority ?? ""}${redirect.uri ?? ""}` : ""}`;
  if (directResponse !== undefined) return `${are} answered ${directResponse.status ?? ""}`.trimEnd();
  if (route.length === 0) return `${go} nowhere yet`;
  const shares = sharesOf(route);
  const named = route.map(({ destination = {} }, index) => ({
    name: nameOf(destination),
    percent: shares[index]?.percent ?? 0,
  }));
  const all = named.length === 1 ? named[0] : named.find(({ percent }) => percent === 100);
  if (all !== undefined) return `${go} to ${all.name}`;
  const some = named.filter(({ percent }) => percent > 0).map(({ name, percent }) => `${name} (${percent} %)`);
  return some.length === 0 ? `${go} nowhere: no destination has a share` : `${go} to ${joinWords(some, "and")}`;
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

/** `reviews v1` */
export function nameOf({ host = "", subset = "" }: { readonly host?: string; readonly subset?: string }): string {
  return `${host} ${subset}`.trim();
}
