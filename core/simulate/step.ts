import type { Origin } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** Where in a proxy's resources something stands. */
export interface Place {
  readonly type: XdsType;
  readonly resource: string;
  /** In the resource's JSON, as proxies are shown: `filterChains[0].filters[1].typedConfig`; "" for the resource itself. */
  readonly path: string;
}

/** One thing that a proxy decided on the way of a request or a connection. */
export interface Step {
  readonly at:
    | "listener"
    | "filter chain"
    | "TLS"
    | "network filter"
    | "HTTP"
    | "virtual host"
    | "route"
    | "HTTP filter"
    | "router"
    | "cluster"
    | "endpoint";
  /** "found", "passed": it goes on; "changed": it goes on otherwise; "ended": this was the answer. */
  readonly result: "found" | "passed" | "changed" | "ended";
  readonly title: string;
  /** Why, in a sentence. */
  readonly why: string;
  readonly place: Place | undefined;
  /** The objects it was made from. */
  readonly origins: readonly Origin[];
}

/** Takes steps down; where nobody asked for them there is none, and nothing is written. */
export interface Trace {
  add(step: Step): void;
}
