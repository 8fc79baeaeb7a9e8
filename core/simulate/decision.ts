import type { Exchange } from "#core/simulate/exchange.ts";
import type { Headers } from "#core/simulate/headers.ts";
import type { HeaderOperations } from "#core/simulate/read/header-operations.ts";
import type { ForwardAction, Route } from "#core/simulate/route.ts";

/** The proxy answers itself. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  /** Envoy's response flags: `NR`, `UH`; "" for none. */
  readonly flags: string;
  /** Envoy's response code details: `route_not_found`, `rbac_access_denied_matched_policy[none]`. */
  readonly details: string;
  /** Of the answer: those that its configuration puts there. */
  readonly headers: Headers;
  readonly delayMs: number;
}

/** The request goes to a cluster, in the form that the exchange now has. */
export interface Forwarded {
  readonly kind: "forwarded";
  readonly cluster: string;
  readonly exchange: Exchange;
  readonly route: Route;
  readonly action: ForwardAction;
  /** What is done to the headers of whatever comes back, one after the other. */
  readonly response: readonly HeaderOperations[];
  /** Headers that are put there besides, for browsers. */
  readonly cors: Headers | undefined;
  readonly delayMs: number;
}

/** The connection is closed without a word. */
export interface Closed {
  readonly kind: "closed";
  readonly flags: string;
  readonly details: string;
}

/** The connection's bytes go to a cluster. */
export interface Tunnelled {
  readonly kind: "tunnelled";
  readonly cluster: string;
  /** `host:port` that was looked up for clusters that go to whom connections name; undefined: none was. */
  readonly lookedUp: string | undefined;
}

/** What is not evaluated here stands in the way. */
export interface Undecided {
  readonly kind: "undecided";
  readonly what: string;
}

export type HttpDecision = Answered | Forwarded | Undecided;
export type TcpDecision = Closed | Tunnelled | Undecided;
