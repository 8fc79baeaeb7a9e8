import { create } from "@bufbuild/protobuf";
import { isWildcard } from "#core/host/host.ts";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import type { Port } from "#core/model/port.ts";
import { isHttp, mayBeHttp, type PortProtocol, protocolOf, isHttp2 as speaksHttp2 } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import { type Caller, localityRule, weighsLocalities } from "#core/resolve/locality-load.ts";
import { meshServerName } from "#core/resolve/mesh-passage.ts";
import type { ClientTls, ConnectionPool, OutlierDetection, TrafficSettings } from "#core/resolve/traffic-settings.ts";
import {
  type Cluster,
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
  ClusterSchema,
} from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { MatchPredicateSchema } from "#proto/gen/envoy/config/common/matcher/v3/matcher_pb.js";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import { meshUpstream, PLAIN, type RuleCredentials, ruleUpstream } from "#server/envoy/build-tls.ts";
import { altStatName } from "#server/envoy/clusters/alt-stat-name.ts";
import { balancing } from "#server/envoy/clusters/balancing.ts";
import { httpOptions, poolSettings, type UpstreamHttpOptions } from "#server/envoy/clusters/connection-pool.ts";
import { LOOKED_UP_BY_CALL } from "#server/envoy/clusters/dynamic-cluster.ts";
import { buildLoadAssignment } from "#server/envoy/clusters/load-assignment.ts";
import { withProxyProtocol } from "#server/envoy/clusters/proxy-protocol.ts";
import { duration, durationMs, type Init } from "#server/envoy/pack.ts";

type ClusterInit = Init<typeof ClusterSchema>;

/** How requests come to clusters: captured, and so by port, through the forward proxy, or by a gateway's own routes. */
export type Routing = "ports" | "proxy" | "none";

export interface ClusterInput {
  readonly name: string;
  readonly service: Service;
  readonly port: Port;
  readonly subset: string;
  /** Its endpoints are told by labels. */
  readonly isLabelled?: boolean;
  /** Those of the subset. */
  readonly endpoints: readonly Endpoint[];
  /** Those of the whole service: how its clusters are spoken to does not change with who is in a subset. */
  readonly serviceEndpoints: readonly Endpoint[];
  readonly policy: TrafficSettings;
  /** What its `tls` names by `credentialName`; undefined where it names none. */
  readonly ruleCredentials?: RuleCredentials | undefined;
  /** Those of which the mesh's identities are. */
  readonly trustDomains: readonly string[];
  readonly settings: ProxySettings;
  readonly routing: Routing;
  /** The caller is given what `ruleCredentials` name: a gateway is, and a sidecar that the rule is for by its labels. */
  readonly takesCredentials: boolean;
}

/** The cluster of one port of one subset of a service, as `caller` calls it: where its endpoints are part of it they are ordered for that. */
export function buildCluster(input: ClusterInput, caller: Caller): Cluster {
  const { name, service, port, policy } = input;
  const protocol = protocolOf(port);
  const pool = policy.connectionPool;
  const isAsClient = pool?.http?.useClientProtocol === true;
  const isUpgraded = !isAsClient && isHttp2Asked(protocol, pool, input.settings);
  const isHttp2 = speaksHttp2(protocol) || isUpgraded;
  // Where a port says nothing, it is spoken to as the caller speaks; but strangers at a gateway know nothing of it.
  const asCalled = isAsClient || (protocol === "auto" && !isUpgraded && input.routing !== "none");
  const outlier = policy.outlierDetection;
  return create(ClusterSchema, {
    name,
    ...poolSettings(pool, input.settings, policy.retryBudget),
    ...balancing(policy.loadBalancer),
    ...altStatName(input.settings.outboundStatName, { host: service.host, port, subset: input.subset }),
    ...discovery(input, caller),
    ...(outlier === undefined ? {} : { outlierDetection: outlierDetection(outlier) }),
    ...(mayBeHttp(protocol)
      ? httpOptions(isHttp2, asCalled, pool, input.settings, { ...serverName(input), ...errorCodes(outlier) })
      : {}),
    ...withProxyProtocol(transport(input, isHttp2, asCalled || protocol === "auto"), policy.proxyProtocol),
    commonLbConfig: {
      ...(outlier?.minHealthPercent === undefined
        ? { healthyPanicThreshold: { value: 0 } }
        : { healthyPanicThreshold: { value: outlier.minHealthPercent } }),
      ...(weighsLocalities(localityRule(policy, input.settings))
        ? { localityConfigSpecifier: { case: "localityWeightedLbConfig", value: {} } }
        : {}),
    },
  });
}

/** A rule may ask for it where a port says nothing; the mesh asks for it only where it is known to be HTTP. */
function isHttp2Asked(protocol: PortProtocol, pool: ConnectionPool | undefined, mesh: ProxySettings): boolean {
  const own = pool?.http?.h2UpgradePolicy ?? "DEFAULT";
  return own === "DEFAULT" ? isHttp(protocol) && mesh.isHttpUpgraded : mayBeHttp(protocol) && own === "UPGRADE";
}

function discovery(input: ClusterInput, caller: Caller): ClusterInit {
  const { name, service, port, endpoints, serviceEndpoints, routing, settings } = input;
  const { resolution, selector } = service;
  // Where traffic is captured, connections say themselves where they were to go; a caller that names the service to a proxy has
  // no address in mind but the one the name stands for.
  const isByName = resolution === "none" && routing !== "ports";
  // Nor does a wildcard stand for one: nobody answers, as at Istio's gateways.
  if (isByName && isWildcard(service.host))
    return { clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC } };
  switch (isByName ? "dns" : resolution) {
    case "static":
      return {
        clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.EDS },
        edsClusterConfig: {
          serviceName: name,
          edsConfig: {
            resourceApiVersion: ApiVersion.V3,
            initialFetchTimeout: durationMs(0),
            configSourceSpecifier: { case: "ads", value: {} },
          },
        },
      };
    case "dns":
    case "dns-round-robin": {
      // A service that is its own endpoint has no labels.
      const written: readonly Endpoint[] =
        serviceEndpoints.length > 0 || ((selector !== undefined || input.isLabelled === true) && !isByName)
          ? endpoints
          : [
              {
                address: service.host,
                port: port.targetPort ?? port.number,
                labels: {},
                locality: "",
                takesMtls: false,
                serviceAccount: undefined,
                workload: undefined,
                isRegistered: false,
                weight: 1,
                health: "healthy",
              },
            ];
      const loadAssignment = buildLoadAssignment(input, resolution === "dns" ? written : written.slice(0, 1), caller);
      // LOGICAL_DNS has one endpoint, no more and no less; and which of them a caller uses, rules say too.
      const isLogical =
        resolution !== "dns" && loadAssignment.endpoints.flatMap(({ lbEndpoints }) => lbEndpoints).length === 1;
      const type = isLogical ? Cluster_DiscoveryType.LOGICAL_DNS : Cluster_DiscoveryType.STRICT_DNS;
      return {
        clusterDiscoveryType: { case: "type", value: type },
        dnsLookupFamily: Cluster_DnsLookupFamily.V4_PREFERRED,
        respectDnsTtl: true,
        dnsRefreshRate: durationMs(settings.dnsRefreshMs),
        loadAssignment,
      };
    }
    case "dynamic-dns":
      return LOOKED_UP_BY_CALL;
    case "none":
      return {
        clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.ORIGINAL_DST },
        lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
        lbConfig:
          port.targetPort === undefined || port.targetPort === port.number
            ? { case: undefined }
            : { case: "originalDstLbConfig", value: { upstreamPortOverride: port.targetPort } },
      };
  }
}

/** As Istio reads it: five 5xx in a row eject where nothing else is said, errors of gateways only when asked for, and at most a tenth goes. */
function outlierDetection(settings: OutlierDetection) {
  const gateway = settings.consecutiveGatewayErrors;
  const any5xx = settings.consecutive5xxErrors;
  return {
    ...(settings.interval === undefined ? {} : { interval: duration(settings.interval) }),
    ...(settings.baseEjectionTime === undefined ? {} : { baseEjectionTime: duration(settings.baseEjectionTime) }),
    maxEjectionPercent: settings.maxEjectionPercent ?? 10,
    ...(any5xx === undefined ? {} : { consecutive5xx: any5xx, enforcingConsecutive5xx: any5xx === 0 ? 0 : 100 }),
    ...(gateway === undefined
      ? {}
      : { consecutiveGatewayFailure: gateway, enforcingConsecutiveGatewayFailure: gateway === 0 ? 0 : 100 }),
    ...(settings.splitExternalLocalOriginErrors === undefined
      ? {}
      : { splitExternalLocalOriginErrors: settings.splitExternalLocalOriginErrors }),
    ...((settings.consecutiveLocalOriginFailures ?? 0) === 0 || settings.splitExternalLocalOriginErrors !== true
      ? {}
      : {
          consecutiveLocalOriginFailure: settings.consecutiveLocalOriginFailures,
          enforcingConsecutiveLocalOriginFailure: 100,
        }),
    enforcingSuccessRate: 0,
    ...(settings.splitExternalLocalOriginErrors === true ? { enforcingLocalOriginSuccessRate: 0 } : {}),
  };
}

/** Answers with these codes are errors, and no others are. */
function errorCodes(settings: OutlierDetection | undefined): UpstreamHttpOptions {
  const codes = settings?.outlierDetectionHttpErrorCodes ?? [];
  if (codes.length === 0) return {};
  const rules = codes.map((code): Init<typeof MatchPredicateSchema> => {
    const matchPattern = { case: "exact" as const, value: String(code) };
    const header = { name: ":status", headerMatchSpecifier: { case: "stringMatch" as const, value: { matchPattern } } };
    return { rule: { case: "httpResponseHeadersMatch", value: { headers: [header] } } };
  });
  const [only] = rules;
  const errorMatcher: Init<typeof MatchPredicateSchema> =
    only !== undefined && rules.length === 1 ? only : { rule: { case: "orMatch", value: { rules } } };
  return { outlierDetection: { errorMatcher } };
}

/**
 * The server's name in TLS: the host the request is for, after rewrites, unless the rule names another; and the
 * certificate must be for it, unless the rule says for whom (Istio's auto SNI). Whoever is looked up as calls ask for it must be that
 * host whatever the rule names: calls choose where to go, and anybody's certificate would do.
 */
function serverName(input: ClusterInput): UpstreamHttpOptions {
  const { service, policy } = input;
  const { tls } = policy;
  if (lacksCredentials(input)) return {};
  if (tls?.mode !== "SIMPLE" && tls?.mode !== "MUTUAL") return {};
  const autoSni = tls.sni === undefined;
  const isNamed = !autoSni || (tls.subjectAltNames ?? service.subjectAltNames).length > 0;
  const isChecked = tls.insecureSkipVerify !== true && (!isNamed || service.resolution === "dynamic-dns");
  if (!autoSni && !isChecked) return {};
  return { upstreamHttpProtocolOptions: { autoSni, autoSanValidation: isChecked } };
}

/** Who a server has to be: whom a rule names, alone; else those who answer for the service, and whom it names beside them. */
function expectedNames(
  tls: ClientTls | undefined,
  { service, serviceEndpoints, trustDomains }: ClusterInput,
): readonly string[] {
  if (tls?.subjectAltNames !== undefined) return tls.subjectAltNames;
  const accounts = new Set(serviceEndpoints.flatMap(({ serviceAccount }) => serviceAccount ?? []));
  return [
    ...[...accounts]
      .sort()
      .flatMap((serviceAccount) =>
        trustDomains.map((trustDomain) =>
          formatSpiffeId({ trustDomain, namespace: service.namespace, serviceAccount }),
        ),
      ),
    ...service.subjectAltNames,
  ];
}

/** A rule's TLS when it has one; else mTLS to the endpoints that take it, and plain text to the others. */
function transport(input: ClusterInput, isHttp2: boolean, asSpoken: boolean): ClusterInit {
  const { service, port, subset, serviceEndpoints, policy } = input;
  const { tls } = policy;
  const protocol = protocolOf(port);
  // A `tls` that names no mode says DISABLE.
  if (tls !== undefined && (tls.mode ?? "DISABLE") === "DISABLE") return {};
  // Who is given no credential speaks plain text, as in Istio (`buildUpstreamClusterTLSContext`).
  if (lacksCredentials(input)) return {};
  if (tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL")
    return {
      transportSocket: ruleUpstream(tls, {
        // Requests name their host themselves.
        sni: tls.sni ?? (isHttp(protocol) ? undefined : service.host),
        names: expectedNames(tls, input),
        isSniWritten: tls.sni !== undefined,
        isHttp2,
        verifiesServers: input.settings.verifiesServers,
        credentials: input.ruleCredentials,
        bounds: input.settings.otherTls,
      }),
    };
  const isMandatory = tls?.mode === "ISTIO_MUTUAL";
  if (!isMandatory && !serviceEndpoints.some(({ takesMtls }) => takesMtls)) return {};
  const uris = expectedNames(tls, input);
  const sni = tls?.sni ?? meshServerName(service.host, port.number, subset);
  const socket = meshUpstream(uris, sni, asSpoken ? undefined : isHttp2 ? "http2" : "http1", input.settings.meshTls);
  if (isMandatory) return { transportSocket: socket };
  return {
    transportSocketMatches: [
      { name: "tlsMode-istio", match: { tlsMode: "istio" }, transportSocket: socket },
      { name: "tlsMode-disabled", match: {}, transportSocket: PLAIN },
    ],
  };
}

function lacksCredentials({ policy: { tls }, takesCredentials }: ClusterInput): boolean {
  return tls?.credentialName !== undefined && (tls.mode === "SIMPLE" || tls.mode === "MUTUAL") && !takesCredentials;
}
