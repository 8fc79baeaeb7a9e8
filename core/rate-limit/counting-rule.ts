import type { Limit } from "#core/rate-limit/limit.ts";
import type { Reserve } from "#core/rate-limit/reserve-share.ts";

/** Both are of it. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What tells those apart who are counted each for themselves, in the words of conditions. */
export interface KeyPart {
  readonly attribute: string;
  /** Addresses of one range of this length are one. */
  readonly prefixLength: number | undefined;
  /** Paths of one of these are one; others have none. */
  readonly templates: readonly string[];
  /** Addresses of one of these are one; others have none. */
  readonly ranges: readonly string[];
  /** What of the value tells apart: its first group, or all that it takes. */
  readonly regex: string | undefined;
}

/** A rule of a RateLimit, with every default. `Match` says what it takes: as it is written, or as it is held against requests. */
export interface CountingRule<Match> {
  /** `namespace/name` of the RateLimit or Quota. */
  readonly policy: string;
  /** Of a RateLimit's rule, or QUOTA_RULE; for who has a plan, with its name (`nameRule`). */
  readonly name: string;
  /** Its place in the RateLimit. */
  readonly index: number;
  /** Where the `spec` that has it is in what is written: `spec`, or of one in a Plan `spec.limits[2].spec`. */
  readonly place: string;
  /** It counts and marks, and refuses nobody. */
  readonly isShadow: boolean;
  /** Of 100 requests, for how many it refuses; for the rest it is a shadow. */
  readonly enforcePercent: number;
  /** Each proxy has a limit of its own. */
  readonly isPerInstance: boolean;
  /** Requests that it takes are counted; undefined: all. */
  readonly match: Match | undefined;
  readonly exempt: Match | undefined;
  /** Requests have to be of these besides: those who have the plan. */
  readonly within: Match | undefined;
  /** Requests may not be of these: those who have a plan that counts them by a rule of its own. */
  readonly without: Match | undefined;
  readonly key: readonly KeyPart[];
  readonly missing: "Share" | "Skip" | "Deny";
  /** Buckets at a time. */
  readonly keysMax: number;
  readonly limit: Limit;
  readonly unit: "Requests" | "Bytes" | "Concurrent";
  /** Headers in lower case. */
  readonly cost: {
    readonly request: number;
    readonly requestHeader: string | undefined;
    readonly responseHeader: string | undefined;
    readonly most: number;
  };
  /** Statuses of responses that cost nothing. */
  readonly refunds: readonly StatusRange[];
  /** Of a Quota, in words: "a month (UTC)". */
  readonly period: string | undefined;
  /** Of a Quota, what becomes of requests when nothing is left. */
  readonly over: "Deny" | "Notify" | { readonly throttle: Limit };
  readonly reserves: readonly (Reserve & { readonly match: Match | undefined })[];
  readonly whenUncoordinated: "Share" | "Allow" | "Deny";
  readonly sendsStandardHeaders: boolean;
  readonly sendsXHeaders: boolean;
  readonly refusedStatus: number;
  readonly refusedBody: string;
  readonly refusedHeaders: readonly (readonly [name: string, value: string])[];
}
