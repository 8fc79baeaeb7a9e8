import { createHash } from "node:crypto";
import { createRegistry, type DescMessage, fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { accessLogFormat } from "#core/telemetry/access-log.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { FakeResource } from "#testing/fake-ads.ts";

const registry = createRegistry(
  FileAccessLogSchema,
  HttpConnectionManagerSchema,
  RouterSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
);
const SCHEMAS = {
  CDS: ClusterSchema,
  EDS: ClusterLoadAssignmentSchema,
  LDS: ListenerSchema,
  RDS: RouteConfigurationSchema,
} as const satisfies Partial<Record<XdsType, DescMessage>>;
const T = "type.googleapis.com/envoy.extensions";
const ADS = { ads: {}, resourceApiVersion: "V3", initialFetchTimeout: "0s" };
const SDS = {
  resourceApiVersion: "V3",
  initialFetchTimeout: "0s",
  apiConfigSource: {
    apiType: "DELTA_GRPC",
    transportApiVersion: "V3",
    setNodeOnFirstMessageOnly: true,
    grpcServices: [{ envoyGrpc: { clusterName: "sds-grpc" } }],
  },
};
const TLS = {
  tlsCertificateSdsSecretConfigs: [{ name: "default", sdsConfig: SDS }],
  combinedValidationContext: {
    defaultValidationContext: {},
    validationContextSdsSecretConfig: { name: "ROOTCA", sdsConfig: SDS },
  },
};

function resource(type: keyof typeof SCHEMAS, name: string, json: JsonValue): FakeResource {
  const body = toBinary(SCHEMAS[type] as DescMessage, fromJson(SCHEMAS[type] as DescMessage, json, { registry }));
  return { type: TYPE_URLS[type], name, version: createHash("sha256").update(body).digest("hex").slice(0, 8), body };
}

const logTo = (path: string): JsonValue => [
  {
    name: "file",
    typedConfig: {
      "@type": `${T}.access_loggers.file.v3.FileAccessLog`,
      path,
      logFormat: { jsonFormat: accessLogFormat("inbound"), omitEmptyValues: true },
    },
  },
];
const hcm = (stat: string, routes: JsonValue): JsonValue => ({
  name: "http",
  typedConfig: {
    "@type": `${T}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    statPrefix: stat,
    httpFilters: [{ name: "router", typedConfig: { "@type": `${T}.filters.http.router.v3.Router` } }],
    ...(routes as object),
  },
});
const address = (port: number) => ({ socketAddress: { address: "127.0.0.1", portValue: port } });

/** A listener whose route goes to `app` by way of RDS, a cluster and its endpoints. */
export function proxyTo(app: number, port: number): FakeResource[] {
  return [
    resource("CDS", "app", { name: "app", type: "EDS", connectTimeout: "1s", edsClusterConfig: { edsConfig: ADS } }),
    resource("EDS", "app", {
      clusterName: "app",
      endpoints: [{ lbEndpoints: [{ endpoint: { address: address(app) } }] }],
    }),
    resource("LDS", "in", {
      name: "in",
      address: address(port),
      filterChains: [{ filters: [hcm("in", { rds: { routeConfigName: "80", configSource: ADS } })] }],
    }),
    resource("RDS", "80", {
      name: "80",
      virtualHosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "app" } }] }],
    }),
  ];
}

/** A listener that answers `text` itself, and tells of it in `accessLog`. */
export function answerWith(text: string, port: number, accessLog?: string): FakeResource {
  const routes = {
    ...(accessLog === undefined ? {} : { accessLog: logTo(accessLog) }),
    routeConfig: {
      virtualHosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, directResponse: { status: 200, body: { inlineString: text } } }],
        },
      ],
    },
  };
  return resource("LDS", "in", {
    name: "in",
    address: address(port),
    filterChains: [{ filters: [hcm("in", routes)] }],
  });
}

/** `entry` in the clear → itself over mTLS at `port` → `app`: every connection uses the agent's secrets twice. */
export function throughMtls(app: number, port: number, entry: number): FakeResource[] {
  const via = (stat: string, cluster: string): JsonValue =>
    hcm(stat, {
      routeConfig: {
        virtualHosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster } }] }],
      },
    });
  const target = (name: string, at: number) => ({
    name,
    type: "STATIC",
    connectTimeout: "1s",
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: { address: address(at) } }] }] },
  });
  return [
    resource("CDS", "app", target("app", app)),
    resource("CDS", "tls", {
      ...target("tls", port),
      transportSocket: {
        name: "tls",
        typedConfig: { "@type": `${T}.transport_sockets.tls.v3.UpstreamTlsContext`, commonTlsContext: TLS },
      },
      // Every request its own handshake.
      maxRequestsPerConnection: 1,
    }),
    resource("LDS", "in", {
      name: "in",
      address: address(port),
      filterChains: [
        {
          filters: [via("in", "app")],
          transportSocket: {
            name: "tls",
            typedConfig: {
              "@type": `${T}.transport_sockets.tls.v3.DownstreamTlsContext`,
              requireClientCertificate: true,
              commonTlsContext: TLS,
            },
          },
        },
      ],
    }),
    resource("LDS", "out", { name: "out", address: address(entry), filterChains: [{ filters: [via("out", "tls")] }] }),
  ];
}
