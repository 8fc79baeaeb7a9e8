import type { AnyResource } from "#core/resource/resource.ts";
import { DOMAIN, type Draw, networking } from "#server/envoy/testing/random-draw.ts";

/** What workloads may call, and what they answer. */
export const RANDOM_SIDECARS: readonly ((draw: Draw) => AnyResource)[] = [
  // What callers know: of their own, of the mesh, or of those that it selects.
  (draw) =>
    networking("Sidecar", `sc${draw.random(2)}`, draw.namespace, {
      ...(draw.rarely(2) ? { workloadSelector: { labels: { app: draw.service } } } : {}),
      egress: [
        ...(draw.rarely(4)
          ? [
              {
                port: { number: draw.pick([80, 9080, 9090]), protocol: draw.pick(["HTTP", "TCP"]), name: "own" },
                hosts: draw.pick([["*/*"], [`./${draw.service}.${draw.namespace}.${DOMAIN}`], ["~/*"]]),
                ...(draw.rarely(2) ? { captureMode: "NONE", bind: "127.0.0.3" } : {}),
              },
            ]
          : []),
        {
          hosts: draw.pick([
            ["*/*"],
            ["./*"],
            [`./${draw.service}.${draw.namespace}.${DOMAIN}`],
            [`*/*.default.${DOMAIN}`, "prod/*"],
            ["*/*", `~default/${draw.service}.default.${DOMAIN}`],
            ["~/*"],
          ]),
        },
      ],
      ...(draw.rarely(2)
        ? {
            outboundTrafficPolicy: draw.pick<object>([
              { mode: "REGISTRY_ONLY" },
              { mode: "ALLOW_ANY" },
              {
                mode: "ALLOW_ANY",
                egressProxy: { host: `${draw.service}.default.${DOMAIN}`, port: { number: draw.pick([80, 9080]) } },
              },
            ]),
          }
        : {}),
      ...(draw.rarely(4) ? { inboundConnectionPool: { tcp: { maxConnections: 1 + draw.random(3) } } } : {}),
    }),
  (draw) =>
    networking("Sidecar", `ingress${draw.random(2)}`, draw.namespace, {
      workloadSelector: { labels: { app: draw.service } },
      ingress: [
        {
          port: { number: 9080, name: draw.pick(["http", "tcp", "x"]) },
          ...(draw.rarely(2) ? { defaultEndpoint: draw.pick(["127.0.0.1:8080", "0.0.0.0:81", "unix:///run/a"]) } : {}),
          ...(draw.rarely(2) ? { captureMode: draw.pick(["NONE", "DEFAULT"]) } : {}),
          ...(draw.rarely(3) ? { connectionPool: { http: { http2MaxRequests: 1 + draw.random(9) } } } : {}),
        },
      ],
    }),
];
