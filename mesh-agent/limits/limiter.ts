import { Admissions, type AdmissionsOptions } from "#core/rate-limit/admissions.ts";
import { CautiousClock } from "#core/rate-limit/cautious-clock.ts";
import type { Admitted, Charge, Outcome, RefusedBecause } from "#core/rate-limit/charge.ts";
import { costSoFar, finalCost, isCostedLate, mayCostMore } from "#core/rate-limit/final-cost.ts";
import type { Moment } from "#core/rate-limit/lease-holder.ts";
import type { StreamEntry } from "#core/rate-limit/stream-entries.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import { chargeRequest } from "#core/simulate/limits/charge-request.ts";
import { exemptFrom } from "#core/simulate/limits/exempt-from.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import { type KeyedCharge, keyCharge, throttleCharge } from "#mesh-agent/limits/keyed-charge.ts";
import type { LimitMembers } from "#mesh-agent/limits/limit-members.ts";
import { OwnLimits } from "#mesh-agent/limits/own-limits.ts";
import { limitOfBucket, resumeRequest } from "#mesh-agent/limits/resume-request.ts";
import { Ending } from "#mesh-agent/limits/unended.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import type { ToldGrant } from "#proto/lease-codec.ts";

export interface LimiterOptions extends Omit<AdmissionsOptions, "keysMax"> {
  readonly keysMax: number;
}

/** How long a request waits for rules that are only tried. */
const TRIED_MS = 20;
/** Of one rule: as many as are under way at a time. */
const LATE_MAX = 1000;
const nameOf = ({ policy, name }: PreparedLimit): string => `${policy}/${name}`;
const NO_RULES: readonly PreparedLimit[] = [];
const NOBODY: readonly CountedBy[] = [];
const NOTHING_SHARED: Admitted = { kind: "admitted", settle: () => undefined, grow: () => undefined };

/** What becomes of a request. */
export interface Verdict {
  /** The rules that count it, with what each says; of those that are only tried, what they have said by then. */
  readonly counted: readonly CountedBy[];
  /** Rules that mean it, and let it go uncounted. */
  readonly exemptFrom: readonly PreparedLimit[];
  /** The first that refuses it; undefined: it goes on. */
  readonly refusedBy: CountedBy | undefined;
  /** What waits for the request's end; undefined where nothing does. */
  readonly ending: Ending | undefined;
}

export interface CountedBy {
  readonly rule: PreparedLimit;
  readonly isAdmitted: boolean;
  /** It is only tried: whatever it says, the request goes on. */
  readonly isTried?: boolean;
  /** Why it is refused; undefined: its units are used up. */
  readonly because?: RefusedBecause;
  /** When another try may be admitted, in ms; 0 where it is. */
  readonly retryMs: number;
  /** Units that are left where it is, as far as is known. */
  readonly left?: number;
}

/** Decides requests by their rules: what is one budget of all proxies by leases, what each proxy has for itself by itself. */
export class Limiter {
  readonly #admissions: Admissions;
  readonly #own: OwnLimits;
  readonly #fast: CautiousClock;
  readonly #slow: CautiousClock;
  readonly #members: LimitMembers;
  /** What rules that are only tried said too late, by rule: it is told with requests that come after. */
  readonly #late = new Map<string, CountedBy[]>();

  constructor(options: LimiterOptions, members: LimitMembers) {
    this.#members = members;
    const sources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
    this.#fast = new CautiousClock(sources, "fast");
    this.#slow = new CautiousClock(sources, "slow");
    this.#admissions = new Admissions(options);
    this.#own = new OwnLimits(options.keysMax);
  }

  /** Called before a request is decided: time has to be told from then on, as long as there are keys. */
  onFirstKey: () => void = () => undefined;

  /** Hears of each rule that counted a request. */
  onCounted: (counted: CountedBy) => void = () => undefined;

  get keys(): number {
    return this.#admissions.size + this.#own.size;
  }

  /** Calls `done` once, at once where nobody has to be asked. */
  decide(rules: readonly PreparedLimit[], exchange: Exchange, done: (verdict: Verdict) => void): void {
    const charges = chargeRequest(rules, exchange).map(keyCharge);
    const exempt = rules.some((rule) => rule.exempt !== undefined) ? exemptFrom(rules, exchange) : NO_RULES;
    const isShadow = ({ rule }: KeyedCharge): boolean => rule.isShadow || Math.random() * 100 >= rule.enforcePercent;
    const shadows = charges.filter(isShadow);
    const enforced = shadows.length === 0 ? charges : charges.filter((each) => !shadows.includes(each));
    const ending = new Ending();
    const counted: CountedBy[] = [];
    const count = (each: readonly CountedBy[]): void => {
      counted.push(...each);
      for (const one of each) this.onCounted(one);
    };
    let decided: readonly CountedBy[] | undefined;
    let trying = shadows.length;
    let isTold = false;
    let timer: NodeJS.Timeout | undefined;
    const tell = (): void => {
      if (isTold || decided === undefined) return;
      isTold = true;
      clearTimeout(timer);
      const refusedBy = decided.find(({ isAdmitted }) => !isAdmitted);
      const isWaiting = refusedBy === undefined && charges.some(({ rule }) => isCostedLate(rule));
      if (!isWaiting) ending.end(undefined);
      counted.push(...this.#takeLate(shadows));
      done({ counted, exemptFrom: exempt, refusedBy, ending: isWaiting ? ending : undefined });
    };
    if (charges.length > 0) this.onFirstKey();
    for (const each of shadows)
      this.#admit([each], ending, (said) => {
        trying -= 1;
        const tried = said.map((one) => ({ ...one, isTried: true }));
        if (isTold) for (const one of tried) this.#keepLate(one);
        count(tried);
        if (trying === 0) tell();
      });
    const finish = (each: readonly CountedBy[]): void => {
      decided = each;
      count(each);
      // What is only tried decides nothing: it is waited for as long as makes it likely to be counted with its request.
      if (trying === 0) tell();
      else timer = setTimeout(tell, TRIED_MS);
    };
    if (enforced.length === 0) finish(NOBODY);
    else this.#admit(enforced, ending, finish);
  }

  #keepLate(one: CountedBy): void {
    const late = this.#late.get(nameOf(one.rule)) ?? [];
    this.#late.set(nameOf(one.rule), late);
    if (late.length < LATE_MAX) late.push(one);
  }

  /** Of each, what it said of a request that came before: with the next that it counts, whether that is answered in time or not. */
  #takeLate(shadows: readonly KeyedCharge[]): CountedBy[] {
    return shadows.flatMap(({ rule }) => this.#late.get(nameOf(rule))?.pop() ?? []);
  }

  answer(grants: readonly ToldGrant[]): void {
    const now = this.#now();
    for (const grant of grants) {
      const key = parseLimitKey(grant.key);
      if (key !== undefined && grant.members > 0) this.#members.learn(`${key.policy}|${key.rule}`, grant.members);
      this.#admissions.answer(grant, now);
    }
  }

  tick(): void {
    const now = this.#now();
    this.#admissions.tick(now);
    this.#own.sweep(now.slowMs);
  }

  #now(): Moment {
    return { fastMs: this.#fast.now(), slowMs: this.#slow.now() };
  }

  /** All of them or none. */
  #admit(charges: readonly KeyedCharge[], ending: Ending, done: (counted: readonly CountedBy[]) => void): void {
    const denied = charges.find(({ isDenied }) => isDenied);
    const refuse = (by: PreparedLimit, retryMs: number, because: RefusedBecause = "limit"): void =>
      done([{ rule: by, isAdmitted: false, because, retryMs: Math.min(retryMs, by.limit.perMs) }]);
    if (denied !== undefined) {
      refuse(denied.rule, denied.rule.limit.perMs, "missing-key");
      return;
    }
    const now = this.#now();
    const own = charges.filter(({ rule }) => rule.isPerInstance);
    const lacking = this.#own.lacking(own, now.slowMs);
    if (lacking !== undefined) {
      refuse(lacking.rule, lacking.waitMs, lacking.because);
      return;
    }
    const shared = charges.filter(({ rule }) => !rule.isPerInstance);
    const finish = (outcome: Outcome): void => {
      if (outcome.kind === "refused") {
        const by = shared.find(({ buckets }) => buckets.some(({ key }) => key === outcome.key));
        const slowed = outcome.because === "limit" && by !== undefined ? throttleCharge(by) : undefined;
        if (slowed === undefined) refuse((by ?? (shared[0] as KeyedCharge)).rule, outcome.retryMs, outcome.because);
        else
          this.#admit(
            charges.map((each) => (each === by ? slowed : each)),
            ending,
            done,
          );
        return;
      }
      const later = this.#now();
      // Others may have used it up meanwhile.
      const gone = this.#own.lacking(own, later.slowMs);
      if (gone !== undefined) {
        outcome.settle(
          later,
          shared.flatMap(({ buckets }) => buckets.map(() => 0)),
        );
        refuse(gone.rule, gone.waitMs, gone.because);
        return;
      }
      if (charges.some(({ rule }) => isCostedLate(rule))) this.#settleAtEnd(outcome, { own, shared }, ending);
      else {
        this.#own.spend(own, later.slowMs);
        outcome.settle(later);
      }
      done(
        charges.map((each) => ({
          ...{ rule: each.rule, isAdmitted: true, retryMs: 0 },
          left: each.rule.isPerInstance ? this.#own.left(each, later.slowMs) : this.#leftOf(each),
        })),
      );
    };
    if (shared.length === 0) finish(NOTHING_SHARED);
    else
      this.#admissions.admit(
        shared.flatMap((each) => this.#chargesOf(each)),
        now,
        finish,
      );
  }

  #settleAtEnd(
    outcome: Admitted,
    { own, shared }: Readonly<Record<"own" | "shared", readonly KeyedCharge[]>>,
    ending: Ending,
  ): void {
    for (const each of own) this.#own.take(each);
    /** Of each of these, what it is known to have cost so far. */
    const known = { own: own.map(({ cost }) => cost), shared: shared.map(({ cost }) => cost) };
    if ([...own, ...shared].some(({ rule }) => rule.unit === "Bytes"))
      ending.addGrowing((soFar) => {
        const now = this.#now();
        for (const [index, each] of own.entries()) {
          const before = known.own[index] ?? each.cost;
          const cost = costSoFar(each.rule, each.cost, soFar);
          if (cost <= before) continue;
          known.own[index] = cost;
          this.#own.spendMore(each, cost - before, now.slowMs);
        }
        for (const [index, { rule, cost }] of shared.entries())
          known.shared[index] = Math.max(known.shared[index] ?? cost, costSoFar(rule, cost, soFar));
        outcome.grow(
          now,
          shared.flatMap(({ cost, buckets }, index) => buckets.map(() => known.shared[index] ?? cost)),
        );
      });
    const costsOf = (isMeant: (rule: PreparedLimit) => boolean) =>
      [...own, ...shared]
        .filter(({ rule }) => isMeant(rule))
        .flatMap(({ buckets, cost }) => buckets.map(({ key }) => [key, cost] as const));
    ending.addCosts(costsOf((rule) => rule.limit.isPlaces !== true && mayCostMore(rule)));
    ending.addPlaces(costsOf((rule) => rule.limit.isPlaces === true));
    ending.add((ended) => {
      const now = this.#now();
      // Of one whose end nobody tells, that much stays charged.
      for (const [index, each] of own.entries()) {
        const cost = known.own[index] ?? each.cost;
        this.#own.settle(each, finalCost(each.rule, cost, ended) - (cost - each.cost), now.slowMs);
      }
      outcome.settle(
        now,
        shared.flatMap(({ rule, cost, buckets }, index) =>
          buckets.map(() => finalCost(rule, known.shared[index] ?? cost, ended)),
        ),
      );
    });
  }

  /** A request that a former run let through: what it costs besides what that one charged, and the places that it has. */
  resume(entry: StreamEntry, ruleOf: (key: string) => PreparedLimit | undefined): Ending {
    return resumeRequest(entry, ruleOf, (rule, key, before) => {
      const limit = limitOfBucket(rule, parseLimitKey(key)?.reserve ?? "");
      let charged = before;
      if (rule.isPerInstance && limit.isPlaces === true) {
        const place = { buckets: [{ key, limit }], cost: charged };
        this.#own.take(place);
        return { rule, charge: () => undefined, settle: () => this.#own.settle(place, 0, this.#now().slowMs) };
      }
      if (rule.isPerInstance) {
        const charge = (cost: number): void => {
          this.#own.spendMore({ buckets: [{ key, limit }] }, cost - charged, this.#now().slowMs);
          charged = cost;
        };
        return { rule, charge, settle: charge };
      }
      const admitted = this.#admissions.resume({ key, limit }, charged, this.#now());
      this.onFirstKey();
      const charge = (cost: number): void => admitted.grow(this.#now(), [cost]);
      return { rule, charge, settle: (cost) => admitted.settle(this.#now(), [cost]) };
    });
  }

  #leftOf({ buckets }: KeyedCharge): number {
    return Math.min(...buckets.map(({ key }) => this.#admissions.left(key)));
  }

  #chargesOf({ rule, buckets, cost }: KeyedCharge): Charge[] {
    // Who never heard how many share it has no part of it that would be safe.
    const members = this.#members.of(`${rule.policy}|${rule.name}`) ?? Number.POSITIVE_INFINITY;
    const { whenUncoordinated } = rule;
    return buckets.map(({ key, limit }) => ({ key, limit, cost, members, whenUncoordinated }));
  }
}
