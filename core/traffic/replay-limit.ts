import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import { reserveShare } from "#core/rate-limit/reserve-share.ts";
import { isQuotaRule, parseRuleName, THROTTLE_BUCKET } from "#core/rate-limit/rule-name.ts";
import type { LimitKind } from "#core/resolve/inline-limits.ts";
import { applyPlans, type PrincipalsOf } from "#core/resolve/plans.ts";
import { isForRoutes, standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import type { LimitingRule } from "#core/resolve/rate-limits.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { ConcernContext } from "#core/traffic/concern.ts";
import { type CountedTraffic, countTraffic } from "#core/traffic/counted-traffic.ts";
import { matchRule, type RequestFacts } from "#core/traffic/match-rule.ts";
import type { ReplayedLimit } from "#core/traffic/replayed-limit.ts";
import { groupOf, groupOfSample, principalOf } from "#core/traffic/sample-group.ts";

/** More requests than these are taken as fewer that cost more. */
const EVENTS_MAX = 100_000;
const IDENTITY = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/;

interface Event {
  readonly atMs: number;
  readonly traffic: CountedTraffic;
  readonly facts: RequestFacts;
}

/**
 * Recorded requests by the rules of a limit and the meters that would count them, for everybody and as plans have them: undefined where it counts
 * none of them. What is written in a plan is held against those who have the plan.
 */
export function replayLimit(
  limit: Resource<LimitKind>,
  enforced: readonly LimitingRule[],
  context: ConcernContext,
): ReplayedLimit | undefined {
  const caveats = new Set<string>();
  const rules = applyPlans(enforced, plansAfter(context), principalsIn(context)).filter((rule) => {
    const why = whyNotReplayed(rule);
    if (why !== undefined) caveats.add(`${nameOf(rule)} is left out: ${why}`);
    else if (rule.limit.perMs > context.seconds * 1000)
      caveats.add(`${nameOf(rule)} is of a longer time than was looked at`);
    return why === undefined;
  });
  if (isForRoutes(limit))
    caveats.add("by which route a request came is not recorded: all that come to its gateways are counted");
  const scope = policyScope(context.mesh, context.resources);
  const counted = countTraffic(context.rows).filter(
    (traffic) =>
      !traffic.isRefused &&
      traffic.key.protocol !== "tcp" &&
      context.called.instances(traffic).some((instance) => standsOver(limit, instance, scope)),
  );
  const { events, weight, timed } = placeEvents(counted, context);
  const meters = new Map<string, Meter>();
  const refusedBy = new Map<string, number>();
  const callers = new Set<string>();
  let [requests, refused] = [0, 0];
  for (const { atMs, traffic, facts } of events) {
    const hasRoom = ({ rule, buckets }: ReplayedCharge): boolean =>
      buckets.every(({ key, limit: of }) => meterOf(meters, key, of).room(atMs) >= rule.cost.request * weight);
    const charges = rules
      .flatMap((rule) => chargesOf(rule, { traffic, facts }, context, caveats))
      .map((charge) => (hasRoom(charge) ? charge : throttled(charge)));
    if (charges.length === 0) continue;
    requests += weight;
    const lacking = charges.find((charge) => !hasRoom(charge));
    if (lacking !== undefined) {
      refused += weight;
      const name = toldName(lacking.rule);
      refusedBy.set(name, (refusedBy.get(name) ?? 0) + weight);
      callers.add(traffic.caller === "unknown" ? traffic.key.sourceAddress : traffic.caller);
      continue;
    }
    for (const { rule, buckets } of charges)
      for (const { key, limit: of } of buckets) meterOf(meters, key, of).spend(rule.cost.request * weight, atMs, atMs);
  }
  if (requests === 0 && caveats.size === 0) return undefined;
  const enforcePercent = Math.min(...enforced.map((rule) => rule.enforcePercent));
  if (requests > 0 && enforcePercent < 100)
    caveats.add(`enforcePercent is not looked at: ${enforcePercent} % of them are refused`);
  return {
    kind: limit.kind,
    limit: `${limit.metadata.namespace}/${limit.metadata.name}`,
    requests: Math.round(requests),
    refused: Math.round(refused),
    callers: callers.size,
    rules: [...refusedBy].map(([name, count]) => ({ name, refused: Math.round(count) })),
    timed,
    caveats: [...caveats],
  };
}

/** As they will be, the oldest first. */
function plansAfter({ changes, resources }: ConcernContext): readonly Resource<"Plan">[] {
  const isSame = (a: AnyResource | undefined, b: AnyResource): boolean =>
    a?.kind === b.kind && a.metadata.namespace === b.metadata.namespace && a.metadata.name === b.metadata.name;
  const left = resources.filter((each) => !changes.some(({ before, after }) => isSame(after ?? before, each)));
  return ofKind(sortByAge([...left, ...changes.flatMap(({ after }) => after ?? [])]), "Plan");
}

const principalsIn =
  ({ instances, mesh }: ConcernContext): PrincipalsOf =>
  (labels, namespace) => {
    const meant = instances.filter(
      (each) => (namespace === undefined || each.namespace === namespace) && matchesLabels(each.labels, labels),
    );
    return [
      ...new Set(meant.map(({ namespace: of, serviceAccount }) => `${mesh.trustDomain}/ns/${of}/sa/${serviceAccount}`)),
    ];
  };

/** For those who read what became of a replay. */
const nameOf = ({ name }: LimitingRule): string => {
  const { rule, plan } = parseRuleName(name);
  return `${isQuotaRule(name) ? "the Quota" : `rule ${rule}`}${plan === undefined ? "" : `, as Plan ${plan} has it,`}`;
};

/** "" for what is the whole limit. */
function toldName({ name }: LimitingRule): string {
  const { rule, plan } = parseRuleName(name);
  return [...(isQuotaRule(name) ? [] : [rule]), ...(plan === undefined ? [] : [`plan ${plan}`])].join(", ");
}

function whyNotReplayed(rule: LimitingRule): string | undefined {
  if (rule.unit !== "Requests") return `${rule.unit.toLowerCase()} of each request are not recorded`;
  const { requestHeader, responseHeader } = rule.cost;
  const header = requestHeader ?? responseHeader;
  if (header !== undefined) return `what ${header} says of each request is not recorded`;
  const unknown = rule.key.find(({ attribute }) => !isRecorded(attribute));
  return unknown === undefined ? undefined : `${unknown.attribute} is not recorded`;
}

const isRecorded = (attribute: string): boolean =>
  /^source\.(?:principal|namespace|serviceAccount|trustDomain)$/.test(attribute);

function meterOf(meters: Map<string, Meter>, key: string, limit: Limit): Meter {
  const meter = meters.get(key) ?? openMeter(limit);
  meters.set(key, meter);
  return meter;
}

interface ReplayedCharge {
  readonly rule: LimitingRule;
  readonly buckets: readonly { readonly key: string; readonly limit: Limit }[];
}

/** Of whom nothing is left, at the rate at which a Quota lets him go on. */
function throttled(charge: ReplayedCharge): ReplayedCharge {
  const { rule, buckets } = charge;
  if (typeof rule.over === "string") return charge;
  const limit = rule.over.throttle;
  return { rule, buckets: buckets.slice(0, 1).map(({ key }) => ({ key: `${key} ${THROTTLE_BUCKET}`, limit })) };
}

/** As chargeRequest, of what is recorded of a request; what is not known of it counts. */
function chargesOf(
  rule: LimitingRule,
  { traffic, facts }: Omit<Event, "atMs">,
  { called, trustDomains }: ConcernContext,
  caveats: Set<string>,
): ReplayedCharge[] {
  const home = { namespace: rule.namespace, action: "DENY", trustDomains } as const;
  const matches = (rules: LimitingRule["match"]): "yes" | "no" | "maybe" => {
    const all = (rules ?? []).map((each) => matchRule(each, facts, home));
    return all.includes("yes") ? "yes" : all.includes("maybe") ? "maybe" : "no";
  };
  const match = rule.match === undefined ? "yes" : matches(rule.match);
  const exempt = matches(rule.exempt);
  const within = rule.within === undefined ? "yes" : matches(rule.within);
  const without = matches(rule.without);
  if (match === "no" || within === "no" || exempt === "yes" || without === "yes") return [];
  if ([match, within, exempt, without].includes("maybe"))
    caveats.add(`whom ${nameOf(rule)} counts is not recorded of all requests: so much at most`);
  const [, trustDomain, namespace, account] = IDENTITY.exec(facts.principal ?? "") ?? [];
  const values = rule.key.map(({ attribute }) => {
    if (attribute === "source.principal") return facts.principal;
    if (attribute === "source.trustDomain") return trustDomain ?? null;
    return (attribute === "source.namespace" ? namespace : account && `${namespace}/${account}`) ?? null;
  });
  const isMissing = values.includes(null);
  if (isMissing && rule.missing === "Skip") return [];
  const className = rule.reserves.find(({ match: of }) => of === undefined || matches(of) === "yes")?.name;
  const own = isMissing ? null : values;
  // Of each proxy its own: as if all of them had as much to do.
  const proxies = rule.isPerInstance ? Math.max(1, called.instances(traffic).length) : 1;
  const nothing = isMissing && rule.missing === "Deny";
  return [
    {
      rule,
      buckets: reserveShare(rule.limit, rule.reserves, className).map(({ reserve, limit }) => ({
        key: JSON.stringify([rule.name, reserve, own, nothing, rule.isPerInstance ? traffic.called : ""]),
        limit: nothing ? { amount: 0, perMs: limit.perMs } : timesOf(limit, proxies),
      })),
    },
  ];
}

function timesOf(limit: Limit, proxies: number): Limit {
  const { amount, burst } = limit;
  return { ...limit, amount: amount * proxies, ...(burst === undefined ? {} : { burst: burst * proxies }) };
}

/**
 * A row says how many there were, and its samples when some of these came, and for what: as many stand around each sample as it
 * is of, evenly up to the middle of the way to the next one.
 */
function placeEvents(counted: readonly CountedTraffic[], { samples, called, seconds }: ConcernContext) {
  const bySample = Map.groupBy(samples, groupOfSample);
  const endMs = samples.reduce((latest, { startMs }) => Math.max(latest, startMs), seconds * 1000);
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const weight = Math.max(1, total / EVENTS_MAX);
  const ofGroup = new Map<string, number>();
  for (const each of counted) ofGroup.set(groupOf(each), (ofGroup.get(groupOf(each)) ?? 0) + each.count);
  const timed = [...ofGroup].reduce(
    (sum, [group, count]) => sum + Math.min(count, bySample.get(group)?.length ?? 0),
    0,
  );
  const events = counted.flatMap((traffic): Event[] => {
    const own = (bySample.get(groupOf(traffic)) ?? []).toSorted((a, b) => a.startMs - b.startMs);
    const known = { principal: principalOf(traffic), ports: called.ports(traffic), isHttp: true };
    const count = Math.round(traffic.count / weight);
    return Array.from({ length: count }, (_, index) => {
      const place = ((index + 0.5) / count) * own.length;
      const sample = own[Math.floor(place)];
      const facts =
        sample === undefined ? known : { ...known, method: sample.method, path: sample.path, host: sample.authority };
      return { traffic, facts, atMs: timeAt(own, place, (index + 0.5) / count, endMs, seconds * 1000) };
    });
  });
  return { events: events.sort((a, b) => a.atMs - b.atMs), weight, timed: Math.round(timed) };
}

/** When the request came that stands at `place` among samples; without any, at this part of the time. */
function timeAt(samples: readonly RequestRecord[], place: number, part: number, endMs: number, spanMs: number): number {
  const at = Math.floor(place);
  const sample = samples[at];
  if (sample === undefined) return endMs - spanMs * (1 - part);
  const before = samples[at - 1]?.startMs ?? endMs - spanMs;
  const after = samples[at + 1]?.startMs ?? endMs;
  const from = (before + sample.startMs) / 2;
  return from + (place - at) * ((sample.startMs + after) / 2 - from);
}
