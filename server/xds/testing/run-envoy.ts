import { EnvoyProcess } from "#testing/envoy-process.ts";

export interface EnvoyOptions {
  /** The binary. */
  readonly envoy: string;
  /** Where its files go. */
  readonly dir: string;
  /** Where ADS is: a port of this host, or a Unix socket. */
  readonly xdsPort: number | string;
  readonly isDelta: boolean;
  readonly nodeId: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A real Envoy that gets everything by ADS; its admin listens on a Unix socket in `dir`. */
export class RunningEnvoy {
  readonly #process: EnvoyProcess;

  constructor({ envoy, dir, xdsPort, isDelta, nodeId, metadata = {} }: EnvoyOptions) {
    const ads = { ads: {}, resource_api_version: "V3" };
    const bootstrap = {
      node: { id: nodeId, cluster: "test", metadata },
      dynamic_resources: {
        ads_config: {
          api_type: isDelta ? "DELTA_GRPC" : "GRPC",
          transport_api_version: "V3",
          set_node_on_first_message_only: true,
          grpc_services: [{ envoy_grpc: { cluster_name: "xds" } }],
        },
        cds_config: ads,
        lds_config: ads,
      },
      static_resources: {
        clusters: [
          {
            name: "xds",
            type: "STATIC",
            connect_timeout: "1s",
            typed_extension_protocol_options: {
              "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                explicit_http_config: { http2_protocol_options: {} },
              },
            },
            load_assignment: {
              cluster_name: "xds",
              endpoints: [
                {
                  lb_endpoints: [
                    {
                      endpoint: {
                        address:
                          typeof xdsPort === "string"
                            ? { pipe: { path: xdsPort } }
                            : { socket_address: { address: "127.0.0.1", port_value: xdsPort } },
                      },
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    };
    const flags = ["--component-log-level", "config:debug,upstream:info"];
    this.#process = new EnvoyProcess({ envoy, dir, bootstrap, flags });
  }

  get log(): string {
    return this.#process.log;
  }

  /** A page of the admin interface. */
  async admin(path: string): Promise<string> {
    return (await this.#process.get(path)).body;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
