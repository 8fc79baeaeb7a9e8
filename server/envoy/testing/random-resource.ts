import type { AnyResource } from "#core/resource/resource.ts";
import {
  api,
  callers,
  DOMAIN,
  type Draw,
  exportTo,
  networking,
  type Random,
  security,
  whom,
} from "#server/envoy/testing/random-draw.ts";
import { randomExtension } from "#server/envoy/testing/random-extension.ts";
import { RANDOM_GATEWAYS } from "#server/envoy/testing/random-gateways.ts";
import { randomLimit, randomPlan, randomQuota } from "#server/envoy/testing/random-limit.ts";
import { randomMeshConfig } from "#server/envoy/testing/random-mesh-config.ts";
import { RANDOM_OBSERVED } from "#server/envoy/testing/random-observe.ts";
import { randomEnvoyFilter } from "#server/envoy/testing/random-patches.ts";
import { RANDOM_SERVICES } from "#server/envoy/testing/random-services.ts";
import { RANDOM_SIDECARS } from "#server/envoy/testing/random-sidecars.ts";

const SIMPLE_TLS = { mode: "SIMPLE", caCertificates: "/ca.pem" };

/** A host as rules name it: short, whole, or a pattern. */
function hostOf({ pick, service, namespace }: Draw): string {
  const whole = `${service}.${namespace}.${DOMAIN}`;
  return pick([service, service, whole, `${service}.default.${DOMAIN}`, `*.default.${DOMAIN}`, "*.local", "*"]);
}

/** Who is preferred by where both are, with and without a way to find out that they fail. */
function byPlace({ pick, rarely }: Draw): object {
  const localityLbSetting = pick<object>([
    { enabled: false },
    { enabled: true },
    { distribute: [{ from: pick(["eu/*", "eu/a", "*"]), to: { "eu/a": 80, "us/*": 20 } }] },
    { failover: [{ from: "eu", to: "us" }] },
    { failoverPriority: pick([["version"], ["topology.kubernetes.io/region", "version=v1"], ["app", "istio"]]) },
  ]);
  return {
    ...(rarely(4) ? {} : { loadBalancer: { localityLbSetting } }),
    ...(rarely(3) ? {} : { outlierDetection: { consecutive5xxErrors: 3 } }),
    connectionPool: { tcp: { maxConnections: 1 } },
  };
}

/** Settings of connections, and others for one of the ports. */
function atAPort({ pick, random }: Draw): object {
  const settings = () => ({
    ...pick<object>([
      { connectionPool: { tcp: { maxConnections: 1 + random(3) } } },
      { connectionPool: { http: { maxRetries: 1 + random(3) } } },
    ]),
    ...pick<object>([{}, {}, { tls: pick<object>([{ mode: "DISABLE" }, SIMPLE_TLS, { mode: "ISTIO_MUTUAL" }]) }]),
  });
  return { ...pick([{}, settings()]), portLevelSettings: [{ port: { number: pick([80, 9080]) }, ...settings() }] };
}

const KINDS: readonly ((draw: Draw) => AnyResource)[] = [
  ...RANDOM_SERVICES,
  (draw) =>
    networking("ProxyConfig", `c${draw.random(2)}`, draw.namespace, {
      ...(draw.rarely(2) ? { selector: { matchLabels: { app: draw.service } } } : {}),
      concurrency: draw.random(4),
    }),
  (draw) =>
    api("Telemetry", "telemetry", `t${draw.random(2)}`, draw.namespace, {
      ...whom(draw, { app: draw.service }),
      tracing: [
        {
          ...(draw.rarely(3) ? { match: { mode: draw.pick(["CLIENT", "SERVER"]) } } : {}),
          ...(draw.rarely(2) ? { randomSamplingPercentage: draw.pick([0, 5, 100]) } : {}),
          ...(draw.rarely(4) ? draw.pick([{ disableSpanReporting: true }, { disableContextPropagation: true }]) : {}),
          ...(draw.rarely(3) ? { providers: [{ name: draw.pick(["spans", "more", "none"]) }] } : {}),
          ...(draw.rarely(4) ? { enableIstioTags: draw.pick([true, false]) } : {}),
          ...(draw.rarely(3) ? { customTags: { by: { literal: { value: draw.service } } } } : {}),
        },
      ],
      ...(draw.rarely(2)
        ? {
            accessLogging: [
              {
                ...(draw.rarely(2) ? { match: { mode: draw.pick(["CLIENT", "SERVER"]) } } : {}),
                ...(draw.rarely(2)
                  ? { providers: [{ name: draw.pick(["envoy", "otlp", "entries", "file", "none"]) }] }
                  : {}),
                ...(draw.rarely(3) ? { disabled: draw.pick([true, false]) } : {}),
                ...(draw.rarely(3) ? { filter: { expression: "response.code >= 500" } } : {}),
              },
            ],
          }
        : {}),
    }),
  ...RANDOM_SIDECARS,
  (draw) =>
    networking("WorkloadGroup", draw.service, draw.namespace, {
      metadata: { labels: { app: draw.service } },
      template: draw.rarely(3) ? {} : { serviceAccount: `${draw.service}-${draw.random(2)}` },
    }),
  (draw) =>
    networking("VirtualService", `vs${draw.random(3)}`, draw.namespace, {
      hosts: draw.pick([
        [draw.service],
        [draw.service, `${draw.service}.${draw.namespace}`],
        [`*.default.${DOMAIN}`],
        [`${draw.service}.default.${DOMAIN}`],
        ["only.named.test"],
      ]),
      ...exportTo(draw),
      ...(draw.rarely(4) ? { gateways: ["mesh", "gw"] } : {}),
      http: [
        ...(draw.rarely(3)
          ? [
              {
                match: [{ uri: { prefix: "/" } }],
                delegate: { name: `part${draw.random(2)}`, ...(draw.rarely(2) ? { namespace: "default" } : {}) },
              },
            ]
          : []),
        {
          ...(draw.rarely(3)
            ? { match: [draw.pick<object>([{ sourceLabels: { app: "s0" } }, { port: 80 }, { gateways: ["mesh"] }])] }
            : {}),
          timeout: `${draw.random(9) + 1}s`,
          route: [
            {
              destination: draw.pick<object>([
                { host: draw.service },
                { host: draw.service, subset: "v1" },
                { host: `${draw.service}.alias.test` },
                { host: `*.${draw.service}.any.test`, port: { number: 80 } },
                { host: `${draw.service}.default.${DOMAIN}`, port: { number: 80 } },
              ]),
            },
          ],
          ...(draw.rarely(4) ? { mirror: { host: draw.service, subset: "v1" } } : {}),
        },
      ],
      ...(draw.rarely(4) ? { tcp: [{ route: [{ destination: { host: draw.service, subset: "v1" } }] }] } : {}),
    }),
  // What rules delegate to; with hosts none does.
  (draw) =>
    networking("VirtualService", `part${draw.random(2)}`, draw.namespace, {
      ...(draw.rarely(4) ? { hosts: [draw.service] } : {}),
      ...exportTo(draw),
      http: [
        {
          match: [
            draw.pick<object>([
              { uri: { prefix: `/p${draw.random(3)}` } },
              { uri: { regex: "/.*" } },
              { sourceLabels: { app: "s1" } },
            ]),
          ],
          route: [{ destination: { host: draw.service } }],
        },
      ],
    }),
  (draw) =>
    networking("DestinationRule", `dr${draw.random(3)}`, draw.namespace, {
      host: hostOf(draw),
      ...callers(draw),
      subsets: [
        {
          name: "v1",
          labels: { version: `v${draw.random(2)}` },
          ...(draw.rarely(2) ? { trafficPolicy: atAPort(draw) } : {}),
        },
      ],
      ...(draw.rarely(3)
        ? {}
        : {
            trafficPolicy: draw.pick<object>([
              { loadBalancer: { consistentHash: { httpHeaderName: `x-${draw.random(3)}` } } },
              { loadBalancer: { consistentHash: { useSourceIp: true, ...draw.pick([{}, { minimumRingSize: 7 }]) } } },
              { outlierDetection: { outlierDetectionHttpErrorCodes: draw.pick([[404], [404, 429]]) } },
              { connectionPool: { tcp: { maxConnections: draw.random(3), maxConnectionDuration: "5s" } } },
              { tls: draw.pick<object>([{}, { mode: "ISTIO_MUTUAL" }, SIMPLE_TLS]) },
              atAPort(draw),
              byPlace(draw),
              byPlace(draw),
              {
                ...draw.pick<object>([
                  { proxyProtocol: { version: draw.pick(["V1", "V2"]) } },
                  { tunnel: { targetHost: "behind.test", targetPort: 1 + draw.random(3) } },
                ]),
                retryBudget: { minRetryConcurrency: 1 + draw.random(3) },
                ...(draw.rarely(2) ? atAPort(draw) : {}),
              },
              {
                ...byPlace(draw),
                portLevelSettings: [
                  { port: { number: 80 }, connectionPool: { tcp: { maxConnections: 9 } }, ...byPlace(draw) },
                ],
              },
            ]),
          }),
    }),
  (draw) =>
    security("PeerAuthentication", `pa${draw.random(2)}`, draw.namespace, {
      mtls: { mode: draw.pick(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]) },
    }),
  (draw) =>
    security("PeerAuthentication", `pa-of-${draw.service}`, draw.namespace, {
      selector: { matchLabels: { app: draw.service } },
      portLevelMtls: {
        [draw.pick(["9000", "9001", "80"])]: { mode: draw.pick(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]) },
      },
    }),
  (draw) =>
    security("AuthorizationPolicy", `ap${draw.random(2)}`, draw.namespace, {
      action: draw.pick(["DENY", "ALLOW"]),
      ...whom(draw, { app: draw.service }),
      rules: [
        {
          from: [
            {
              source: draw.pick<object>([
                { namespaces: [`n${draw.random(3)}`] },
                { remoteIpBlocks: ["10.0.0.0/8"] },
                { serviceAccounts: ["a"] },
              ]),
            },
          ],
          ...(draw.rarely(2) ? { to: [{ operation: { ports: [draw.pick(["9000", "9001"])] } }] } : {}),
        },
      ],
    }),
  // Somebody is asked, who may not be there.
  (draw) =>
    security("AuthorizationPolicy", `ask${draw.random(2)}`, draw.namespace, {
      action: "CUSTOM",
      provider: { name: draw.pick(["a", "b", "nobody"]) },
      ...whom(draw, draw.pick([{ app: draw.service }, { istio: "gw" }])),
      rules: [
        draw.pick<object>([
          {},
          { to: [{ operation: { ports: [draw.pick(["9000", "9001"])] } }] },
          { to: [{ operation: { paths: ["/a*"] } }] },
        ]),
      ],
    }),
  (draw) =>
    security("RequestAuthentication", `ra${draw.random(2)}`, draw.namespace, {
      ...whom(draw, draw.pick([{ app: draw.service }, { istio: "gw" }])),
      jwtRules: [
        {
          issuer: draw.pick(["https://a.test", "https://b.test"]),
          jwksUri: draw.pick(["https://keys.test/a", "https://keys.test/b"]),
        },
      ],
    }),
  randomLimit,
  ...RANDOM_OBSERVED,
  randomPlan,
  randomQuota,
  randomMeshConfig,
  ...RANDOM_GATEWAYS,
  randomEnvoyFilter,
  randomExtension,
];

/**
 * A resource of a small world, of any age: few names and few namespaces, so that many of them meet the same hosts, instances
 * and policies. The root namespace is one of the namespaces.
 */
export function randomResource(random: Random, service: string, namespace: string): AnyResource {
  const draw: Draw = {
    random,
    service,
    namespace: random(5) === 0 ? "istio-system" : namespace,
    pick: <T>(values: readonly T[]) => values[random(values.length)] as T,
    rarely: (n) => random(n) === 0,
  };
  const made = draw.pick(KINDS)(draw);
  const creationTimestamp = `2026-01-01T00:00:0${random(8)}Z`;
  return { ...made, metadata: { ...made.metadata, creationTimestamp } };
}
