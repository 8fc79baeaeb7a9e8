import type { Limit } from "#core/rate-limit/limit.ts";

/** What a response tells of a rule: what is left of it where that is known, and until when. */
export interface ToldLimit {
  readonly rule: {
    readonly name: string;
    readonly limit: Limit;
    readonly sendsStandardHeaders: boolean;
    readonly sendsXHeaders: boolean;
  };
  readonly isAdmitted: boolean;
  readonly retryMs: number;
}

type Field = readonly [name: string, value: string];

/**
 * Fields of a response: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers, lists of RFC 9651), X-RateLimit-*,
 * and Retry-After for who was refused. Keys are not among them.
 */
export function limitHeaders(told: readonly ToldLimit[]): Field[] {
  const refusing = told.filter(({ isAdmitted }) => !isAdmitted);
  const resetSeconds = String(secondsOf(Math.max(...refusing.map(({ retryMs }) => retryMs))));
  return [
    ...list("ratelimit-policy", told.filter(sendsStandard), describePolicy),
    ...list("ratelimit", refusing.filter(sendsStandard), describeState),
    ...tightestOf(told.filter(sendsX)).map(({ limit }): Field => ["x-ratelimit-limit", String(limit.amount)]),
    ...fieldsIf(refusing.some(sendsX), ["x-ratelimit-remaining", "0"], ["x-ratelimit-reset", resetSeconds]),
    ...fieldsIf(refusing.length > 0, ["retry-after", resetSeconds]),
  ];
}

const sendsStandard = ({ rule }: ToldLimit): boolean => rule.sendsStandardHeaders;
const sendsX = ({ rule }: ToldLimit): boolean => rule.sendsXHeaders;
const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const fieldsIf = (isTold: boolean, ...fields: readonly Field[]): readonly Field[] => (isTold ? fields : []);

function list(name: string, told: readonly ToldLimit[], describe: (each: ToldLimit) => string): readonly Field[] {
  return fieldsIf(told.length > 0, [name, told.map(describe).join(", ")]);
}

/** The one of the lowest rate; none of none. */
function tightestOf(told: readonly ToldLimit[]): ToldLimit["rule"][] {
  const rate = ({ rule: { limit } }: ToldLimit): number => limit.amount / limit.perMs;
  return told
    .toSorted((a, b) => rate(a) - rate(b))
    .slice(0, 1)
    .map(({ rule }) => rule);
}

function describePolicy({ rule: { name, limit } }: ToldLimit): string {
  return `"${name}";q=${limit.amount};w=${secondsOf(limit.perMs)}`;
}

function describeState({ rule: { name }, retryMs }: ToldLimit): string {
  return `"${name}";r=0;t=${secondsOf(retryMs)}`;
}
