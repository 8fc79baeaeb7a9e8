import { join } from "node:path";
import { type Guard, guardFilters } from "./guard.ts";

/** Certificate, key and roots as `pharos join` writes them. */
export interface IdentityFiles {
  readonly cert: string;
  readonly key: string;
  readonly roots: string;
}

const FIELDS =
  "%START_TIME% %REQ(:METHOD)% %REQ(:PATH)% %REQ(:AUTHORITY)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION% %BYTES_RECEIVED% %BYTES_SENT% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %REQ(X-REQUEST-ID)%\n";

function tls(identity: IdentityFiles, side: "Downstream" | "Upstream"): object {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": `type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.${side}TlsContext`,
      ...(side === "Downstream" ? { require_client_certificate: true } : {}),
      common_tls_context: {
        tls_certificates: [{ certificate_chain: { filename: identity.cert }, private_key: { filename: identity.key } }],
        validation_context: { trusted_ca: { filename: identity.roots } },
      },
    },
  };
}

/**
 * The least that does the same work: one listener, one route, one cluster, an access log to a file. With `identity` on
 * the listening or the calling side it terminates or originates mTLS; with a guard it lets in whom that names.
 */
export function minimalEnvoy(
  dir: string,
  name: string,
  listen: number,
  upstream: number,
  identity: IdentityFiles,
  side: "Downstream" | "Upstream",
  guard?: Guard,
): object {
  const socket = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  return {
    admin: { address: { pipe: { path: join(dir, `${name}.admin.sock`), mode: 384 } } },
    static_resources: {
      listeners: [
        {
          name,
          address: socket(listen),
          filter_chains: [
            {
              ...(side === "Downstream" ? { transport_socket: tls(identity, side) } : {}),
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    "@type":
                      "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    stat_prefix: name,
                    ...(guard === undefined ? {} : { normalize_path: true }),
                    access_log: [
                      {
                        name: "envoy.access_loggers.file",
                        typed_config: {
                          "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                          path: join(dir, `${name}.access.log`),
                          log_format: { text_format_source: { inline_string: FIELDS } },
                        },
                      },
                    ],
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "all",
                          domains: ["*"],
                          routes: [{ match: { prefix: "/" }, route: { cluster: "upstream" } }],
                        },
                      ],
                    },
                    http_filters: [
                      ...(guard === undefined ? [] : guardFilters(guard)),
                      {
                        name: "envoy.filters.http.router",
                        typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: "upstream",
          type: "STATIC",
          ...(side === "Upstream" ? { transport_socket: tls(identity, side) } : {}),
          load_assignment: {
            cluster_name: "upstream",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(upstream) } }] }],
          },
        },
      ],
    },
  };
}
