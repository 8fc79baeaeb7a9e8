import { compareNames } from "#core/compare-names.ts";
import { describeEffect } from "#core/kinds/describe-effect.ts";
import { describeLimitRule } from "#core/kinds/describe-limit-rule.ts";
import { planWrittenIn } from "#core/rate-limit/rule-name.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { limitsOf } from "#core/resolve/inline-limits.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { LimitOutcome } from "#core/telemetry/limit-counts.ts";
import { type LimitSaying, limitSayings } from "#core/telemetry/limit-sayings.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { CountedCaller, LimitUseView, UsedLimit, UsedRule } from "#core/view/limit-use.ts";
import type { TimePoint } from "#core/view/service-metrics.ts";
import { listServices } from "#server/services/service-directory.ts";

export interface LimitParts {
  readonly snapshot: Snapshot;
  /** Whether an instance, `namespace/name`, runs as a gateway. */
  readonly isGateway: (instance: string) => boolean;
  readonly startMs: number;
  /** Up to here slots are whole. */
  readonly endMs: number;
  readonly stepMs: number;
  /** Slot start → what was counted in it. */
  readonly slots: ReadonlyMap<number, readonly TrafficRow[]>;
}

const CALLERS_SHOWN = 10;

/** Each RateLimit and Quota with what it stands over, and what its rules let through and refused. */
export function describeLimits(parts: LimitParts): LimitUseView {
  const { snapshot, isGateway, slots, stepMs } = parts;
  const { instances, resources, mesh } = snapshot;
  const scope = policyScope(mesh, resources);
  const services = [...listServices(snapshot).values()];
  const counts = countRules(slots);
  const limits = [...limitsOf("RateLimit", resources), ...limitsOf("Quota", resources)].map((limit): UsedLimit => {
    const { namespace, name } = limit.metadata;
    const ref = formatRef(refOf(limit));
    const over = instances.filter((each) => standsOver(limit, each, scope));
    const gateways = namesOf(over.filter((each) => isGateway(nameOf(each))));
    const workloads = namesOf(over.filter((each) => !isGateway(nameOf(each))));
    return {
      ref,
      ...{ kind: limit.kind, namespace, name, workloads, gateways },
      mode: limit.spec.mode ?? "Enforce",
      isPerInstance: "scope" in limit.spec && limit.spec.scope === "Instance",
      effect: tellWhom(describeEffect(limit, mesh.rootNamespace), name),
      services: services
        .filter((each) => each.instances.some((one) => over.includes(one)))
        .map(({ host }) => host)
        .sort(compareNames),
      ...describeArrived(parts, new Set(workloads), new Set(gateways)),
      rules: rulesOf(limit).map((rule) => ({
        ...rule,
        ...describeCounts(counts.get(idOf(limit, rule.name)), parts),
      })),
    };
  });
  return { stepMs, limits: limits.sort((a, b) => compareNames(a.ref, b.ref)) };
}

/** Of what is written in a plan it is said besides whom it counts. */
function tellWhom(effect: string, name: string): string {
  const plan = planWrittenIn(name);
  return plan === undefined ? effect : `${effect}, for those who have Plan ${plan}`;
}

/** A Quota is one rule, without a name. */
function rulesOf(limit: Resource<"RateLimit"> | Resource<"Quota">): Pick<UsedRule, "name" | "words">[] {
  if (!("rules" in limit.spec)) return [{ name: "", words: "" }];
  return limit.spec.rules.map((rule) => ({ name: rule.name, words: describeLimitRule(rule) }));
}

export type LimitRuleName = Readonly<Record<"kind" | "limit" | "rule", string>>;

/** Every rule of limits, by the name that people are told. */
export function listLimitRules(resources: Snapshot["resources"]): ReadonlyMap<string, LimitRuleName> {
  return new Map(
    [...limitsOf("RateLimit", resources), ...limitsOf("Quota", resources)].flatMap((limit) =>
      rulesOf(limit).map(({ name }) => [
        idOf(limit, name),
        { kind: limit.kind, limit: `${limit.metadata.namespace}/${limit.metadata.name}`, rule: name },
      ]),
    ),
  );
}

const idOf = (limit: Resource<"RateLimit"> | Resource<"Quota">, rule: string): string =>
  rule === "" ? formatRef(refOf(limit)) : `${formatRef(refOf(limit))}/${rule}`;
const nameOf = ({ namespace, name }: WorkloadInstance): string => `${namespace}/${name}`;
const namesOf = (instances: readonly WorkloadInstance[]): string[] =>
  [...new Set(instances.map(({ namespace, workload }) => `${namespace}/${workload}`))].sort(compareNames);

type Outcomes = { -readonly [Outcome in LimitOutcome]: number };

interface Counts {
  readonly bySlot: Map<number, Outcomes>;
  /** By name; a gateway is another than a workload that calls. */
  readonly callers: Map<string, Outcomes & Pick<CountedCaller, "workload" | "isGateway">>;
}

const none = (): Outcomes => ({ admitted: 0, tried: 0, refused: 0, exempt: 0 });

/** By the name of the rule, as people are told it. */
function countRules(slots: LimitParts["slots"]): ReadonlyMap<string, Counts> {
  const found = new Map<string, Counts>();
  const sayings = new Map<string, readonly LimitSaying[]>();
  for (const [at, rows] of slots)
    for (const { key, count } of rows) {
      const said = `${key.deniedBy} ${key.limitedBy}`;
      const told = sayings.get(said) ?? limitSayings(key);
      sayings.set(said, told);
      for (const { id, outcome } of told) {
        const of = found.get(id) ?? { bySlot: new Map(), callers: new Map() };
        found.set(id, of);
        const slot = of.bySlot.get(at) ?? none();
        of.bySlot.set(at, slot);
        slot[outcome] += count;
        // What came from outside a gateway tells of itself.
        const isGateway = isOfGateway(key);
        const workload = key.sourceWorkload === "unknown" ? "unknown" : `${key.sourceNamespace}/${key.sourceWorkload}`;
        const name = `${isGateway} ${workload}`;
        const caller = of.callers.get(name) ?? { workload, isGateway, ...none() };
        of.callers.set(name, caller);
        caller[outcome] += count;
      }
    }
  return found;
}

const isOfGateway = (key: TrafficKey): boolean => key.reporter === "source";

function describeCounts(
  { bySlot, callers }: Counts = { bySlot: new Map(), callers: new Map() },
  parts: LimitParts,
): Omit<UsedRule, "name" | "words"> {
  const slotsOf = (outcome: LimitOutcome) => new Map([...bySlot].map(([at, counts]) => [at, counts[outcome]]));
  const sum = (outcome: LimitOutcome): number =>
    [...bySlot.values()].reduce((total, counts) => total + counts[outcome], 0);
  const points = (outcome: LimitOutcome): TimePoint[] => perSecond(slotsOf(outcome), parts);
  return {
    ...{ admitted: sum("admitted"), tried: sum("tried"), refused: sum("refused"), exempt: sum("exempt") },
    perSecond: {
      ...{ admitted: points("admitted"), tried: points("tried") },
      ...{ refused: points("refused"), exempt: points("exempt") },
    },
    callers: [...callers.values()]
      .sort((a, b) => b.refused + b.tried - a.refused - a.tried || b.admitted - a.admitted)
      .slice(0, CALLERS_SHOWN),
  };
}

/** A slot that is under way would show a rate that is not there. */
function perSecond(bySlot: ReadonlyMap<number, number>, { startMs, endMs, stepMs }: LimitParts): TimePoint[] {
  const points: TimePoint[] = [];
  for (let atMs = Math.floor(startMs / stepMs) * stepMs; atMs + stepMs <= endMs; atMs += stepMs)
    points.push({ atMs, value: ((bySlot.get(atMs) ?? 0) / stepMs) * 1000 });
  return points;
}

function describeArrived(
  parts: LimitParts,
  workloads: ReadonlySet<string>,
  gateways: ReadonlySet<string>,
): Pick<UsedLimit, "requests" | "arrivedPerSecond"> {
  const bySlot = new Map([...parts.slots].map(([at, rows]) => [at, countArrived(rows, workloads, gateways)]));
  return {
    requests: [...bySlot.values()].reduce((sum, count) => sum + count, 0),
    arrivedPerSecond: perSecond(bySlot, parts),
  };
}

/** As the called end told, and of gateways as they told of what came in. */
function countArrived(
  rows: readonly TrafficRow[],
  workloads: ReadonlySet<string>,
  gateways: ReadonlySet<string>,
): number {
  return rows.reduce((sum, { key, count }) => {
    const isArrived =
      key.protocol !== "tcp" &&
      (key.reporter === "destination"
        ? workloads.has(`${key.destinationNamespace}/${key.destinationWorkload}`)
        : key.reporter === "source" && gateways.has(`${key.sourceNamespace}/${key.sourceWorkload}`));
    return isArrived ? sum + count : sum;
  }, 0);
}
