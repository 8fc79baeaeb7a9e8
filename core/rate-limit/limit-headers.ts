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

/**
 * Fields of a response: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers, lists of RFC 9651), X-RateLimit-*,
 * and Retry-After for who was refused. Keys are not among them.
 */
export function limitHeaders(told: readonly ToldLimit[]): (readonly [name: string, value: string])[] {
  const standard = told.filter(({ rule }) => rule.sendsStandardHeaders);
  const others = told.filter(({ rule }) => rule.sendsXHeaders);
  const refused = told.filter(({ isAdmitted }) => !isAdmitted);
  const [tightest] = others.toSorted((a, b) => ratio(a) - ratio(b));
  return [
    ...(standard.length === 0 ? [] : [["ratelimit-policy", standard.map(policyItem).join(", ")] as const]),
    ...(standard.some(({ isAdmitted }) => !isAdmitted)
      ? [
          [
            "ratelimit",
            standard
              .filter(({ isAdmitted }) => !isAdmitted)
              .map(item)
              .join(", "),
          ] as const,
        ]
      : []),
    ...(tightest === undefined ? [] : [["x-ratelimit-limit", String(tightest.rule.limit.amount)] as const]),
    ...(refused.some(({ rule }) => rule.sendsXHeaders)
      ? [
          ["x-ratelimit-remaining", "0"] as const,
          ["x-ratelimit-reset", String(secondsOf(Math.max(...refused.map(({ retryMs }) => retryMs))))] as const,
        ]
      : []),
    ...(refused.length === 0
      ? []
      : [["retry-after", String(secondsOf(Math.max(...refused.map(({ retryMs }) => retryMs))))] as const]),
  ];
}

const ratio = ({ rule: { limit } }: ToldLimit): number => limit.amount / limit.perMs;

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

function policyItem({ rule: { name, limit } }: ToldLimit): string {
  return `"${name}";q=${limit.amount};w=${secondsOf(limit.perMs)}`;
}

function item({ rule: { name }, retryMs }: ToldLimit): string {
  return `"${name}";r=0;t=${secondsOf(retryMs)}`;
}
