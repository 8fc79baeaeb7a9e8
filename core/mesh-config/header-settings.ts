import type { ForwardClientCert, ProxyHeaders } from "#core/kinds/mesh-config/proxy-headers.ts";

/** What listeners write into headers; names and meanings of Istio's `proxyHeaders`. */
export interface ListenerHeaders {
  readonly forwardClientCert: ForwardClientCert;
  readonly clientCert: {
    readonly subject: boolean;
    /** Undefined: at gateways, of whose clients' certificates applications read more than the proxy does. */
    readonly cert: boolean | undefined;
    readonly chain: boolean;
    readonly dns: boolean;
    readonly uri: boolean;
  };
  /** Of responses. */
  readonly serverName: string;
  readonly isServerPassed: boolean;
  readonly isEnvoyHidden: boolean;
  readonly isPortForwarded: boolean;
  /** Requests without an id get one. */
  readonly isIdMade: boolean;
}

/** What routes do. */
export interface RouteHeaders {
  readonly isAttemptTold: boolean;
  readonly isHostForwarded: boolean;
}

export const LISTENER_HEADERS: ListenerHeaders = {
  forwardClientCert: "SANITIZE_SET",
  clientCert: { subject: true, cert: undefined, chain: false, dns: true, uri: true },
  serverName: "istio-envoy",
  isServerPassed: false,
  isEnvoyHidden: false,
  isPortForwarded: false,
  isIdMade: true,
};

export const ROUTE_HEADERS: RouteHeaders = { isAttemptTold: true, isHostForwarded: false };

export function applyListenerHeaders(base: ListenerHeaders, own: ProxyHeaders = {}): ListenerHeaders {
  const told = own.setCurrentClientCertDetails ?? {};
  const { clientCert } = base;
  return {
    forwardClientCert: own.forwardedClientCert ?? base.forwardClientCert,
    clientCert: {
      subject: told.subject ?? clientCert.subject,
      cert: told.cert ?? clientCert.cert,
      chain: told.chain ?? clientCert.chain,
      dns: told.dns ?? clientCert.dns,
      uri: told.uri ?? clientCert.uri,
    },
    serverName: own.server?.value ?? base.serverName,
    isServerPassed: own.server?.disabled ?? base.isServerPassed,
    isEnvoyHidden: own.envoyDebugHeaders?.disabled ?? base.isEnvoyHidden,
    isPortForwarded: own.xForwardedPort?.enabled ?? base.isPortForwarded,
    isIdMade: own.requestId?.disabled === undefined ? base.isIdMade : !own.requestId.disabled,
  };
}

export function applyRouteHeaders(base: RouteHeaders, own: ProxyHeaders = {}): RouteHeaders {
  const { attemptCount, xForwardedHost } = own;
  return {
    isAttemptTold: attemptCount?.disabled === undefined ? base.isAttemptTold : !attemptCount.disabled,
    isHostForwarded: xForwardedHost?.enabled ?? base.isHostForwarded,
  };
}
