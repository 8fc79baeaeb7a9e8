import type { XdsType } from "#core/xds/type-urls.ts";

/** The user's object, and the place in it, that an xDS resource was made from. */
export interface Origin {
  /** `VirtualService/default/reviews` */
  readonly resource: string;
  /** `spec.http[0]` */
  readonly path?: string;
}

/** One resource, encoded once. Opaque to the xDS server. */
export interface XdsResource {
  readonly name: string;
  /** Hash of `body`, stable over restarts and replicas. */
  readonly version: string;
  /** The serialized message itself (the value of the Any). */
  readonly body: Uint8Array;
  /** Where it came from; for attributing a refusal. */
  readonly origins: readonly Origin[];
  /** What a client is sent in its place that refuses it, in this order until it takes one; made when it is asked for. */
  readonly substitutes?: () => readonly Substitute[];
}

/** A resource as it would be without some of what it was made from. */
export interface Substitute {
  readonly resource: XdsResource;
  readonly without: readonly Origin[];
}

/**
 * A set of resources that many proxies hold in common (all outbound config of a scope) or that one workload holds
 * alone (its listeners). Layers of one proxy never share a name within a type. Mutated only by the compiler, which
 * announces each change once.
 */
export interface Layer {
  /** Stable: "outbound/default", "workload/default/reviews-v1-0". */
  readonly id: string;
  readonly resources: ReadonlyMap<XdsType, ReadonlyMap<string, XdsResource>>;
  /** What a state-of-the-world client is told of a name that is not here; where there is nothing to tell it is left to wait. */
  readonly absent?: (type: XdsType, name: string) => XdsResource | undefined;
}

/** What changed in one layer; already applied to it. */
export interface LayerChange {
  readonly layer: Layer;
  readonly type: XdsType;
  readonly upserted: readonly XdsResource[];
  readonly removed: readonly string[];
}

/** What one proxy is to hold: the union of its layers. */
export interface ProxyView {
  readonly layers: readonly Layer[];
}

/** A proxy as its node message describes it, after its identity was checked against its certificate. */
export interface ProxyNode {
  /** `sidecar~127.0.0.1~reviews-v1-0.default~default.svc.cluster.local` */
  readonly id: string;
  readonly type: "sidecar" | "router";
  readonly address: string;
  readonly name: string;
  readonly namespace: string;
  readonly domain: string;
  readonly metadata: NodeMetadata;
  /** "envoy", "gRPC Node", … */
  readonly userAgent: string;
  readonly version: string;
  /** False for state-of-the-world streams and proxyless gRPC: they get whole route tables. */
  readonly takesVirtualHosts: boolean;
  /** Where it says that it runs, region/zone/subzone. */
  readonly locality?: string;
  /**
   * It showed a certificate: it is what is registered under its name by the account of that (`metadata.SERVICE_ACCOUNT`), whatever it says.
   * Without that it calls, and is not called: no labels, no inbound side, no gateway's. Absent where nobody has to show one.
   */
  readonly isBounded?: true;
}

/** The node metadata Pharos reads; names as in Istio, and PHAROS_* for what Istio has no word for. */
export interface NodeMetadata {
  readonly LABELS: Readonly<Record<string, string>>;
  readonly SERVICE_ACCOUNT: string;
  readonly WORKLOAD_NAME: string;
  /** NONE: not captured, listeners bind the ports below. REDIRECT (default): virtualOutbound and virtualInbound. */
  readonly INTERCEPTION_MODE: "NONE" | "REDIRECT";
  /** Its agent captures IPv6 too. */
  readonly PHAROS_IPV6?: true;
  /** Its agent answers DNS: services without an address have one of the mesh's own. */
  readonly DNS_CAPTURE?: true;
  /** Port of the HTTP forward proxy on 127.0.0.1, when wanted. */
  readonly HTTP_PROXY_PORT?: number;
  /** Explicit outbound listeners on 127.0.0.1. */
  readonly PHAROS_OUTBOUND: readonly { readonly host: string; readonly port: number; readonly bindPort: number }[];
  /** Inbound: which port the sidecar binds for which application port. */
  readonly PHAROS_INBOUND: readonly { readonly name: string; readonly appPort: number; readonly inboundPort: number }[];
  /** Gateways: the port in the Gateway resource → the port to bind. Identity where absent. */
  readonly PHAROS_GATEWAY_PORTS: Readonly<Record<string, number>>;
  /** File the access log goes to; absent: no access log. */
  readonly PHAROS_ACCESS_LOG?: string;
  /** True when the bootstrap has the agent's cluster `spans-agent`, which takes Zipkin's spans. */
  readonly PHAROS_TRACING: boolean;
  /** File of a Lua script that gives traced requests their spans; its agent reads them of the access log. Absent: an agent that does not. */
  readonly PHAROS_TRACE_SCRIPT?: string;
  /** "grpc": an application that reads xDS itself, without a sidecar. */
  readonly GENERATOR?: string;
}
