import type { Condition } from "#core/simulate/condition.ts";
import type { Filter, FilterConfig } from "#core/simulate/filter.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import type { HeaderOperations } from "#core/simulate/read/header-operations.ts";

/** What a filter is told by a route, a virtual host or a table, by the filter's name. */
export type PerFilter = ReadonlyMap<Filter["name"], FilterConfig>;

export const NOTHING_PER_FILTER: PerFilter = new Map();

/** The part of a path that a route matched, which a rewrite replaces. */
export type Matched = (pathOnly: string) => number;

export interface Rewrite {
  /** The path's new form; the query stays. */
  readonly path: ((pathOnly: string, matched: number) => string) | undefined;
  readonly host: ((headers: ReadonlyMap<string, string>, pathOnly: string) => string | undefined) | undefined;
}

export interface Destination {
  readonly cluster: string;
  readonly weight: number;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  readonly perFilter: PerFilter;
  readonly host: string | undefined;
}

export interface RetryFacts {
  readonly on: string;
  /** The words of `on`. */
  readonly conditions: ReadonlySet<string>;
  /** Statuses for `retriable-status-codes`. */
  readonly codes: readonly number[];
  /** How often another endpoint is drawn in place of one that was tried already; the last that is drawn is taken, whichever it is. */
  readonly redraws: number;
  /** Besides the first. */
  readonly attempts: number;
  /** After each so many attempts the priorities that were tried are left out; 0: never. */
  readonly leavesPriorityAfter: number;
}

export interface Mirror {
  readonly cluster: string;
  readonly parts: number;
  readonly of: number;
}

/** Of one request to clusters. */
export interface ForwardAction {
  readonly kind: "forward";
  readonly destinations: readonly Destination[];
  readonly weights: readonly number[];
  /** The cluster is the value of this header. */
  readonly clusterHeader: string | undefined;
  /** Requests that hash alike go the same way, among destinations and endpoints. */
  readonly hashes: readonly string[];
  readonly notFoundStatus: number;
  readonly rewrite: Rewrite;
  /** 0: none. */
  readonly timeoutMs: number;
  /** Of each try; 0: none. */
  readonly perTryTimeoutMs: number;
  /** What calls of gRPC may ask for at most, 0 for any; absent where they are as all others. */
  readonly grpcTimeoutMsMax: number | undefined;
  readonly retries: RetryFacts | undefined;
  readonly mirrors: readonly Mirror[];
}

export interface RedirectAction {
  readonly kind: "redirect";
  readonly status: number;
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** The whole path, with a query where it has one. */
  readonly path: string | undefined;
  readonly stripsQuery: boolean;
  readonly rewrite: Rewrite;
}

export interface DirectAction {
  readonly kind: "direct";
  readonly status: number;
  /** "" where it is not written in the route. */
  readonly body: string;
}

/** What is not evaluated here. */
export interface UnknownAction {
  readonly kind: "unknown";
  readonly what: string;
}

export interface Route {
  /** Of the configuration, where it says. */
  readonly name: string;
  readonly index: number;
  /** All have to hold; the one of the path is the first. */
  readonly conditions: readonly Condition[];
  /** How much of the path it matched; the path is known to match. */
  readonly matched: Matched;
  readonly action: ForwardAction | RedirectAction | DirectAction | UnknownAction;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  readonly perFilter: PerFilter;
  /** Where it is written, `VirtualService/default/reviews`, `spec.http[0]`, and then where it was delegated from. */
  readonly origins: readonly { readonly resource: string; readonly path: string }[];
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly requiresTls: "none" | "external-only" | "all";
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  readonly perFilter: PerFilter;
  readonly countsAttempts: boolean;
}

/** A route configuration without its virtual hosts. */
export interface RouteTable {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
  /** More of them are resources of their own. */
  readonly isDiscovered: boolean;
  readonly ignoresPort: boolean;
  readonly mostSpecificWins: boolean;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  readonly perFilter: PerFilter;
  /** That the proxy's agent holds its requests against, by the name of their set. */
  readonly limits: ReadonlyMap<string, readonly PreparedLimit[]>;
}
