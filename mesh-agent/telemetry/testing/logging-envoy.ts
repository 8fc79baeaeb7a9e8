import { request } from "node:http";
import { join } from "node:path";
import { type AccessLogFormat, accessLogFormat, PEER_HEADER, tcpAccessLogFormat } from "#core/telemetry/access-log.ts";
import { TAP_CONFIG_ID } from "#core/xds/tap-config-id.ts";
import { EnvoyProcess } from "#testing/envoy-process.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

const TYPE = "type.googleapis.com/envoy";
const TCP_CLUSTER = "outbound|3306||ratings-db.default.svc.cluster.local";
const CLUSTER = "outbound|9080|v1|reviews.default.svc.cluster.local";

function accessLog(dir: string, format: AccessLogFormat): object[] {
  return [
    {
      name: "envoy.access_loggers.file",
      typed_config: {
        "@type": `${TYPE}.extensions.access_loggers.file.v3.FileAccessLog`,
        path: join(dir, "access.log"),
        log_format: { json_format: format, omit_empty_values: true },
      },
    },
  ];
}

/** What has a line of each connection every tenth of a second. */
function tcpProxy(dir: string): object {
  return {
    name: "envoy.filters.network.tcp_proxy",
    typed_config: {
      "@type": `${TYPE}.extensions.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: "tcp",
      cluster: TCP_CLUSTER,
      access_log: accessLog(dir, tcpAccessLogFormat("outbound")),
      access_log_options: { access_log_flush_interval: "0.1s", flush_access_log_on_connected: true },
    },
  };
}

function manager(
  dir: string,
  direction: "outbound" | "inbound",
  filters: readonly object[],
  routes: readonly object[],
): object {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type": `${TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: direction,
      access_log: accessLog(dir, accessLogFormat(direction)),
      tracing: {
        provider: {
          name: "envoy.tracers.zipkin",
          typed_config: {
            "@type": `${TYPE}.config.trace.v3.ZipkinConfig`,
            collector_cluster: "spans-agent",
            collector_endpoint: "/api/v2/spans",
            collector_endpoint_version: "HTTP_JSON",
            trace_id_128bit: true,
            shared_span_context: false,
            trace_context_option: "USE_B3_WITH_W3C_PROPAGATION",
          },
        },
      },
      route_config: { validate_clusters: false, virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
      http_filters: [
        {
          name: "envoy.filters.http.tap",
          typed_config: {
            "@type": `${TYPE}.extensions.filters.http.tap.v3.Tap`,
            common_config: { admin_config: { config_id: TAP_CONFIG_ID } },
            record_headers_received_time: true,
          },
        },
        ...filters,
        {
          name: "envoy.filters.http.router",
          typed_config: { "@type": `${TYPE}.extensions.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function bootstrap(dir: string): Readonly<Record<string, unknown>> {
  const pipe = (name: string) => ({ pipe: { path: join(dir, name) } });
  const cluster = (name: string, socket: string, http2: boolean, metadata?: object) => ({
    name,
    type: "STATIC",
    ...(http2
      ? {
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": `${TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions`,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        }
      : {}),
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: [{ endpoint: { address: pipe(socket) }, ...(metadata === undefined ? {} : { metadata }) }] },
      ],
    },
  });
  const peer = {
    name: "peer",
    typed_config: {
      "@type": `${TYPE}.extensions.filters.http.header_mutation.v3.HeaderMutation`,
      mutations: {
        request_mutations: [
          {
            append: {
              header: { key: PEER_HEADER, value: "productpage-v1;default;productpage;v1" },
              append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
            },
          },
        ],
      },
    },
  };
  const toMetadata = {
    name: "to-metadata",
    typed_config: {
      "@type": `${TYPE}.extensions.filters.http.header_to_metadata.v3.Config`,
      request_rules: [
        { header: PEER_HEADER, on_header_present: { metadata_namespace: "pharos", key: "peer" }, remove: true },
      ],
    },
  };
  const rbac = {
    name: "rbac",
    typed_config: {
      "@type": `${TYPE}.extensions.filters.http.rbac.v3.RBAC`,
      rules: {
        action: "DENY",
        policies: {
          "ns[default]-policy[no-secrets]-rule[0]": {
            permissions: [{ url_path: { path: { prefix: "/secret" } } }],
            principals: [{ any: true }],
          },
        },
      },
    },
  };
  return {
    node: { id: "test", cluster: "test" },
    static_resources: {
      listeners: [
        {
          name: "out",
          address: pipe("out.sock"),
          traffic_direction: "OUTBOUND",
          filter_chains: [
            {
              filters: [
                manager(
                  dir,
                  "outbound",
                  [peer],
                  [
                    { match: { prefix: "/nowhere" }, direct_response: { status: 503 } },
                    { match: { path: "/unroutable" }, route: { cluster: "gone" } },
                    { match: { prefix: "/" }, route: { cluster: CLUSTER } },
                  ],
                ),
              ],
            },
          ],
        },
        {
          name: "tcp",
          address: pipe("tcp.sock"),
          traffic_direction: "OUTBOUND",
          filter_chains: [{ filters: [tcpProxy(dir)] }],
        },
        {
          name: "in",
          address: pipe("in.sock"),
          traffic_direction: "INBOUND",
          filter_chains: [
            {
              filters: [
                manager(
                  dir,
                  "inbound",
                  [toMetadata, rbac],
                  [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "hello" } } }],
                ),
              ],
            },
          ],
        },
      ],
      clusters: [
        cluster(CLUSTER, "in.sock", false, {
          filter_metadata: { istio: { workload: "reviews-v1;default;reviews;v1" } },
        }),
        cluster(TCP_CLUSTER, "echo.sock", false),
        cluster("spans-agent", "spans.sock", false),
      ],
    },
  };
}

/** A real Envoy with our access log on an outbound and an inbound listener, one calling the other, all on Unix sockets. */
export class LoggingEnvoy {
  readonly #dir: string;
  #process: EnvoyProcess | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async start(): Promise<void> {
    const [envoy, dir] = [await findTestEnvoy(), this.#dir];
    this.#process = new EnvoyProcess({ envoy, dir, bootstrap: bootstrap(dir) });
    await this.#process.untilReady();
  }

  async kill(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  /** Status of a GET through the outbound listener. */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const socketPath = join(this.#dir, "out.sock");
    return new Promise((done, fail) => {
      request({ socketPath, path, headers: { host: "reviews:9080", ...headers } }, (answer) => {
        answer.resume();
        answer.on("end", () => done(answer.statusCode ?? 0));
      })
        .on("error", fail)
        .end();
    });
  }
}
