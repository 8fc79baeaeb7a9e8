import type { Endpoint } from "#core/simulate/cluster.ts";
import type { Connection, PeerCertificate } from "#core/simulate/exchange.ts";
import type { Security } from "#core/simulate/handshake.ts";
import type { Headers } from "#core/simulate/headers.ts";
import type { Listener } from "#core/simulate/listener.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";
import type { Step } from "#core/simulate/step.ts";

/** A proxy that takes part: what it holds, and the certificate that it shows. */
export interface Party {
  readonly name: string;
  readonly image: ProxyImage;
  readonly certificate: PeerCertificate;
  /** Where others reach it from. */
  readonly address: string;
}

/** A request, or a connection where `headers` is undefined, as it comes to the first proxy. */
export interface Call {
  readonly from: Party;
  readonly listener: Listener;
  readonly connection: Connection;
  readonly headers: Headers | undefined;
  /** Who answers at an endpoint; undefined: nobody whose proxy is known here. */
  readonly partyAt: (endpoint: Endpoint) => Party | undefined;
  /** Endpoints that come to the same are followed as one. */
  readonly groupOf: (endpoint: Endpoint) => string;
}

export interface Hop {
  readonly proxy: string;
  readonly side: "caller" | "called";
  readonly steps: readonly Step[];
}

/** What came of a call. */
export interface CallResult {
  /** Undefined for connections, and where a request went to an application. */
  readonly status: number | undefined;
  readonly flags: string;
  readonly details: string;
  /** Who had the last word. */
  readonly by: "caller" | "called" | "application" | "outside" | "unknown";
  readonly cluster: string | undefined;
  /** All that come to the same; the first was followed. */
  readonly endpoints: readonly Endpoint[];
  readonly security: Security | undefined;
  /** As the application, or whoever is last, gets it. */
  readonly request: Headers | undefined;
  /** What proxies put on the answer. */
  readonly response: Headers;
  readonly delayMs: number;
  readonly hops: readonly Hop[];
}
