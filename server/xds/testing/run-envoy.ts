import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

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
  readonly #child: ChildProcess;
  readonly #dir: string;

  constructor({ envoy, dir, xdsPort, isDelta, nodeId, metadata = {} }: EnvoyOptions) {
    this.#dir = dir;
    const ads = { ads: {}, resource_api_version: "V3" };
    const bootstrap = {
      node: { id: nodeId, cluster: "test", metadata },
      admin: { address: { pipe: { path: join(dir, "admin.sock") } } },
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
    writeFileSync(join(dir, "envoy.json"), JSON.stringify(bootstrap));
    this.#child = spawn(
      envoy,
      [
        "-c",
        join(dir, "envoy.json"),
        "--concurrency",
        "1",
        "--use-dynamic-base-id",
        "--log-path",
        join(dir, "envoy.log"),
        "--log-level",
        "warn",
        "--component-log-level",
        "config:debug,upstream:info",
      ],
      { stdio: "ignore" },
    );
  }

  get log(): string {
    return readFileSync(join(this.#dir, "envoy.log"), "utf8");
  }

  /** A page of the admin interface. */
  admin(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      request({ socketPath: join(this.#dir, "admin.sock"), path }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () => resolve(body));
      })
        .on("error", reject)
        .end();
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
