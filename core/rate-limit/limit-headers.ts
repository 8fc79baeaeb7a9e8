import { isForGood, type RefusedBecause } from "#core/rate-limit/charge.ts";
import type { CountingRule } from "#core/rate-limit/counting-rule.ts";
import { EVER_MS, type Limit } from "#core/rate-limit/limit.ts";
import { toldRuleName } from "#core/rate-limit/rule-name.ts";

/** What a response tells of a rule: what is left of it where that is known, and until when. */
export interface ToldLimit {
  readonly rule: {
    /** `namespace/name` */
    readonly policy: string;
    readonly name: string;
    readonly limit: Limit;
    readonly unit: CountingRule<unknown>["unit"];
    readonly sendsStandardHeaders: boolean;
    readonly sendsXHeaders: boolean;
  };
  readonly isAdmitted: boolean;
  /** Of who is refused; undefined: its units are used up. Of all else nothing is said of how many are left. */
  readonly because?: RefusedBecause | undefined;
  readonly retryMs: number;
  /** Of what it was admitted by. */
  readonly left?: number;
}

type Field = readonly [name: string, value: string];

/**
 * Fields of a response: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers, lists of RFC 9651), X-RateLimit-*,
 * and Retry-After for who was refused. Keys are not among them.
 */
export function limitHeaders(told: readonly ToldLimit[]): Field[] {
  if (told.length === 0) return [];
  const refusing = told.filter(({ isAdmitted }) => !isAdmitted);
  const resetMs = Math.max(...refusing.map(({ retryMs }) => retryMs));
  const resetSeconds = String(secondsOf(resetMs));
  // For what is never there again nobody is told to wait.
  const isTimed = resetMs < EVER_MS && !refusing.some(({ because = "limit" }) => isForGood(because));
  const usedUp = refusing.filter(isUsedUp);
  return [
    ...list("ratelimit-policy", told.filter(sendsStandard), describePolicy),
    ...list("ratelimit", told.filter(sendsStandard).filter(isKnown), describeState),
    ...tightestOf(told.filter(sendsX)).flatMap(({ rule: { limit }, left }): Field[] => [
      ["x-ratelimit-limit", String(limit.amount)],
      ...fieldsIf(refusing.length === 0 && left !== undefined && !isEndless(limit), [
        "x-ratelimit-remaining",
        String(left),
      ]),
    ]),
    ...fieldsIf(usedUp.some(sendsX), ["x-ratelimit-remaining", "0"]),
    ...fieldsIf(isTimed && usedUp.some(sendsX), ["x-ratelimit-reset", resetSeconds]),
    ...fieldsIf(isTimed && refusing.length > 0, ["retry-after", resetSeconds]),
  ];
}

/** The same, and what the owner of the rule that refuses answers: a field of its own stands in the place of another of its name. */
export function refusalHeaders(told: ToldLimit, own: readonly Field[]): Field[] {
  // It is no word of the rule, and who paid for more is not told that there is none.
  if (told.because === "uncoordinated") return [["retry-after", String(secondsOf(told.retryMs))]];
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return [...limitHeaders([told]).filter(([name]) => !names.has(name)), ...own];
}

const sendsStandard = ({ rule }: ToldLimit): boolean => rule.sendsStandardHeaders;
const isUsedUp = ({ isAdmitted, because = "limit" }: Pick<ToldLimit, "isAdmitted" | "because">): boolean =>
  !isAdmitted && because === "limit";
const isKnown = ({ rule, left, ...told }: ToldLimit): boolean =>
  isUsedUp(told) || (left !== undefined && !isEndless(rule.limit));
/** Nobody is refused when its amount is used up: what is left to them is no number. */
const isEndless = ({ ledger }: Limit): boolean => ledger?.isOpen === true;
const sendsX = ({ rule }: ToldLimit): boolean => rule.sendsXHeaders;
const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const fieldsIf = (isTold: boolean, ...fields: readonly Field[]): readonly Field[] => (isTold ? fields : []);

function list(name: string, told: readonly ToldLimit[], describe: (each: ToldLimit) => string): readonly Field[] {
  return fieldsIf(told.length > 0, [name, told.map(describe).join(", ")]);
}

/** The one of the lowest rate; none of none. */
function tightestOf(told: readonly ToldLimit[]): readonly ToldLimit[] {
  if (told.length < 2) return told;
  const rate = ({ rule: { limit } }: ToldLimit): number => limit.amount / limit.perMs;
  return told.toSorted((a, b) => rate(a) - rate(b)).slice(0, 1);
}

/** Units of the draft's registry. */
const UNITS = { Requests: "", Bytes: ';qu="content-bytes"', Concurrent: ';qu="concurrent-requests"' } as const;

/** The same for every request that a rule counts. */
const policies = new WeakMap<ToldLimit["rule"], string>();

function describePolicy({ rule }: ToldLimit): string {
  const known = policies.get(rule) ?? policyOf(rule);
  policies.set(rule, known);
  return known;
}

function policyOf(rule: ToldLimit["rule"]): string {
  const { limit, unit } = rule;
  const window = unit === "Concurrent" || limit.perMs >= EVER_MS ? "" : `;w=${secondsOf(limit.perMs)}`;
  return `"${toldRuleName(rule)}";q=${limit.amount}${UNITS[unit]}${window}`;
}

function describeState({ rule, isAdmitted, left = 0, retryMs }: ToldLimit): string {
  const name = toldRuleName(rule);
  if (isAdmitted) return `"${name}";r=${left}`;
  return `"${name}";r=0${retryMs < EVER_MS ? `;t=${secondsOf(retryMs)}` : ""}`;
}
