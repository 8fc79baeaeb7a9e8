import type { AnyResource } from "#core/resource/resource.ts";
import { DOMAIN, type Draw, exportTo, networking } from "#server/envoy/testing/random-draw.ts";

const FILES = { serverCertificate: "/etc/certs/cert.pem", privateKey: "/etc/certs/key.pem" };

/** Gateways, and what brings requests and connections of theirs to services. */
export const RANDOM_GATEWAYS: readonly ((draw: Draw) => AnyResource)[] = [
  (draw) =>
    networking("Gateway", "gw", draw.namespace, {
      selector: draw.rarely(5) ? {} : { istio: "gw" },
      servers: [{ port: { number: 8080 + draw.random(2), name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
  // TLS with files, with the mesh's own certificates, and a redirect to it.
  (draw) =>
    networking("Gateway", `tls${draw.random(2)}`, draw.namespace, {
      selector: { istio: "gw" },
      servers: [
        {
          port: { number: draw.pick([8443, 8080]), name: "https", protocol: "HTTPS" },
          hosts: draw.pick([["a.test"], ["default/*.test", "b.test"], ["./a.test"], ["*"]]),
          tls: draw.pick<object>([
            { mode: "SIMPLE", ...FILES },
            { mode: "MUTUAL", ...FILES, caCertificates: "/etc/certs/ca.pem", subjectAltNames: ["client.test"] },
            { mode: "ISTIO_MUTUAL" },
            { mode: "SIMPLE", credentialName: draw.pick(["shop", "default/shop"]) },
            { mode: draw.pick(["MUTUAL", "OPTIONAL_MUTUAL"]), credentialNames: ["shop"] },
          ]),
        },
        {
          port: { number: 8081, name: "http", protocol: draw.pick(["HTTP", "GRPC"]) },
          hosts: ["*.test"],
          ...(draw.rarely(2) ? { tls: { httpsRedirect: true } } : {}),
        },
      ],
    }),
  // Connections: as they are, with TLS that ends at the gateway, and with TLS that passes through.
  (draw) =>
    networking("Gateway", `l4${draw.random(2)}`, draw.namespace, {
      selector: { istio: "gw" },
      servers: [
        {
          port: { number: draw.pick([8443, 8444]), name: "tls", protocol: draw.pick(["TLS", "HTTPS"]) },
          hosts: draw.pick([["*.test"], ["a.test"], ["default/*", "b.test"]]),
          ...(draw.rarely(3) ? { tls: { mode: "SIMPLE", ...FILES } } : { tls: { mode: "PASSTHROUGH" } }),
        },
        { port: { number: draw.pick([8082, 8083]), name: "tcp", protocol: draw.pick(["TCP", "MONGO"]) }, hosts: ["*"] },
      ],
    }),
  (draw) =>
    networking("VirtualService", `l4-${draw.random(2)}`, draw.namespace, {
      hosts: draw.pick([
        ["*.test"],
        ["a.test", "b.test", `${draw.service}.default.${DOMAIN}`],
        ["a.test", draw.service, `${draw.service}.alias.test`],
      ]),
      gateways: draw.pick([["default/l40"], ["l40", "l41"], ["mesh", "prod/l40"], ["mesh", "l40", "l41"], ["mesh"]]),
      ...exportTo(draw),
      tls: draw.pick<object[]>([
        [],
        [
          {
            match: [{ sniHosts: ["a.test"], ...(draw.rarely(3) ? { port: 8443 } : {}) }],
            route: [{ destination: { host: draw.service } }],
          },
          {
            match: [
              {
                sniHosts: ["a.test"],
                ...draw.pick<object>([{}, { sourceLabels: { app: "s2" } }, { gateways: ["mesh"] }]),
              },
            ],
            route: [{ destination: { host: `s${draw.random(4)}.default.${DOMAIN}` } }],
          },
        ],
      ]),
      tcp: [
        ...(draw.rarely(2)
          ? [
              {
                match: [
                  draw.pick<object>([
                    { port: 8082 },
                    { destinationSubnets: ["10.0.0.0/8"] },
                    { sourceLabels: { app: "s1" } },
                  ]),
                ],
                route: [{ destination: { host: `${draw.service}.default.${DOMAIN}`, subset: "v1" } }],
              },
            ]
          : []),
        draw.pick<object>([
          { route: [{ destination: { host: draw.service } }] },
          {
            route: [
              { destination: { host: draw.service }, weight: 1 },
              { destination: { host: `s${draw.random(4)}.default.${DOMAIN}` }, weight: draw.random(2) },
              { destination: { host: `s${draw.random(4)}.alias.test` }, weight: 0 },
            ],
          },
        ]),
      ],
    }),
  (draw) =>
    networking("VirtualService", "entry", draw.namespace, {
      hosts: draw.pick([["*"], ["a.test"], ["*.test"], ["a.test", "b.test"]]),
      gateways: draw.pick([["gw"], ["default/tls0", "prod/tls1"], ["tls0", "istio-system/gw"]]),
      ...exportTo(draw),
      http: [
        ...(draw.rarely(3)
          ? [{ match: [{ uri: { prefix: "/" } }], delegate: { name: `part${draw.random(2)}`, namespace: "default" } }]
          : []),
        ...(draw.rarely(3)
          ? [
              {
                name: "first",
                match: [
                  draw.pick<object>([{ uri: { prefix: "/a" } }, { port: 8081 }, { gateways: ["istio-system/gw"] }]),
                ],
                route: [{ destination: { host: draw.service } }],
              },
            ]
          : []),
        draw.pick<object>([
          { route: [{ destination: { host: draw.service } }] },
          { route: [{ destination: { host: `${draw.service}.alias.test` } }] },
          { route: [{ destination: { host: `${draw.service}.default.${DOMAIN}`, subset: "v1" } }] },
          { redirect: { uri: "/", derivePort: "FROM_REQUEST_PORT" } },
        ]),
      ],
    }),
];
