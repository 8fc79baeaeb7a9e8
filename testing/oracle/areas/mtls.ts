import * as fc from "fast-check";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { CALLED, CALLED_ENTRY, CALLED_SERVICES } from "#testing/oracle/arbitrary/called-workload.ts";
import {
  anyExportTo,
  anyNamespace,
  document,
  NAMESPACES,
  rarely,
  seldom,
} from "#testing/oracle/arbitrary/meeting-documents.ts";
import { type Comparison, type Difference, defineArea } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeEndpoints } from "#testing/oracle/envoy/describe-endpoints.ts";
import { takenAt } from "#testing/oracle/envoy/describe-inbound.ts";
import { MTLS_CAUSES } from "#testing/oracle/explained-mtls.ts";
import type { Built, Istio, OracleProxy, Part } from "#testing/oracle/istio.ts";
import { type Json, textAt } from "#testing/oracle/json.ts";
import { GATEWAYS } from "#testing/oracle/proxies.ts";
import { compareWithout } from "#testing/oracle/without-causes.ts";
import { askIstio, askPharos, keepTaken, type World, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners", "clusters"];
const MODES = ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"];
const PORTS = [8080, 9000];
const CALLERS: readonly OracleProxy[] = [
  ...NAMESPACES.map(
    (namespace): OracleProxy => ({
      key: `caller-${namespace}`,
      type: "sidecar",
      namespace,
      address: "1.1.1.9",
      labels: { app: "caller" },
    }),
  ),
  ...GATEWAYS,
];
const SUBSETS = ["", "v1", "v2"];

const anyMtls = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...MODES).map((mode) => ({ mode })),
);
const anyMode = fc.oneof(
  fc.constant({}),
  anyMtls.map((mtls) => ({ mtls })),
);
const anyPorts = fc.dictionary(fc.constantFrom("8080", "9000", "80"), anyMtls, { minKeys: 1, maxKeys: 2 });

function anyPeerAuthentication(index: number): fc.Arbitrary<Written> {
  const spec = fc
    .record({
      selector: fc.constantFrom(
        undefined,
        undefined,
        { app: "x" },
        { app: "x", version: "v1" },
        { version: "v2" },
        { app: "nn" },
      ),
      mode: anyMode,
      ports: fc.option(anyPorts, { nil: undefined }),
    })
    .map(({ selector, mode, ports }) => ({
      ...(selector === undefined ? {} : { selector: { matchLabels: selector } }),
      ...mode,
      ...(selector === undefined || ports === undefined ? {} : { portLevelMtls: ports }),
    }));
  return document("PeerAuthentication", `pa${index}`, fc.oneof(fc.constant("default"), anyNamespace), spec);
}

/** Names of servers and certificates besides are the area of clusters. */
const anyTls = fc.constantFrom<object>(
  {},
  { trafficPolicy: { tls: { mode: "DISABLE" } } },
  { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
  { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: "x", subjectAltNames: ["spiffe://x"] } } },
  { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }] } },
  { trafficPolicy: { portLevelSettings: [{ port: { number: 9000 }, tls: { mode: "ISTIO_MUTUAL" } }] } },
  { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, loadBalancer: { simple: "RANDOM" } }] } },
  { trafficPolicy: { loadBalancer: { simple: "RANDOM" } } },
);
const anyClientTls = (index: number): fc.Arbitrary<Written> =>
  document(
    "DestinationRule",
    `d${index}`,
    anyNamespace,
    fc
      .record({
        host: fc.constantFrom("svc.default.svc.cluster.local", "svc", "*.local"),
        all: anyTls,
        subsets: rarely(
          fc.tuple(anyTls, anyTls).map(([first, second]) => ({
            subsets: [
              { name: "v1", labels: { version: "v1" }, ...first },
              { name: "v2", labels: { version: "v2" }, ...second },
            ],
          })),
        ),
        exported: anyExportTo,
        chosen: rarely(
          fc.constantFrom({ app: "caller" }, { istio: "gw" }).map((matchLabels) => ({
            workloadSelector: { matchLabels },
          })),
          5,
        ),
      })
      .map(({ host, all, subsets, exported, chosen }) => ({ host, ...all, ...subsets, ...exported, ...chosen })),
  );

/** Services of the called workload, whose protocols and labels vary. */
const anyServices = fc
  .record({
    first: fc.constantFrom("HTTP", "GRPC", "HTTP2", ""),
    second: fc.constantFrom("TCP", "MONGO", "TLS", "HTTPS", "HTTP", ""),
    isMesh: fc.boolean(),
    location: fc.constantFrom("MESH_INTERNAL", "MESH_INTERNAL", "MESH_EXTERNAL"),
    others: fc.constantFrom<readonly Written[]>([], [otherWorkload(true)], [otherWorkload(false)]),
  })
  .map(({ first, second, isMesh, location, others }) =>
    [...CALLED_SERVICES, ...others].map((each): Written => {
      if (each.kind === "WorkloadEntry") {
        if (each.name !== CALLED_ENTRY) return each;
        return {
          ...each,
          spec: { ...each.spec, labels: { app: "x", version: "v1", ...speaking(isMesh) }, serviceAccount: "acc" },
        };
      }
      const ports = [
        { number: 80, name: "p80", protocol: first, targetPort: 8080 },
        { number: 9000, name: "p9000", protocol: second },
      ];
      return { ...each, spec: { ...each.spec, location, ports } };
    }),
  );

function speaking(isMesh: boolean): object {
  return isMesh ? { "security.istio.io/tlsMode": "istio" } : {};
}

/** Beside the one that is called: policies that select by version are for one of them. */
function otherWorkload(isMesh: boolean): Written {
  const labels = { app: "x", version: "v2", ...speaking(isMesh) };
  return { kind: "WorkloadEntry", name: "other", namespace: "default", age: 1, spec: { address: "1.1.1.5", labels } };
}

/** In which modes a workload's ports take connections, and what callers speak to them. */
export const mtls = defineArea({
  name: "mtls",
  cases: fc
    .tuple(
      anyServices,
      fc
        .integer({ min: 0, max: 3 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyPeerAuthentication(index)))),
      fc.tuple(seldom(anyClientTls(0)), seldom(anyClientTls(1)), seldom(anyClientTls(2))),
      seldom(anyMeshConfig),
    )
    .map(([services, policies, rules, settings]) => [...services, ...policies, ...rules.flat(), ...settings]),
  write: writeWorld,
  compare: (documents, istio) =>
    compareWithout(MTLS_CAUSES, documents, {
      here: async (given) => askPharos(await worldOf(given, istio)),
      inIstio: async (given) => askIstio(istio, await worldOf(given, istio)),
      compare: compareModes,
    }),
});

async function worldOf(documents: readonly Written[], istio: Istio): Promise<World> {
  return { documents: await keepTaken(documents, istio), proxies: [CALLED, ...CALLERS], parts: PARTS };
}

function compareModes(ours: Readonly<Record<string, Built>>, theirs: Readonly<Record<string, Built>>): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  const compare = (where: string, what: string, here: Json, there: Json): void => {
    if (here === undefined && there === undefined) return;
    compared += 1;
    for (const each of diff(here, there)) differences.push({ what: `${what}${each}`, where });
  };
  for (const port of PORTS)
    compare(`port ${port}`, "called", takenAt(ours[CALLED.key], port), takenAt(theirs[CALLED.key], port));
  for (const { key } of CALLERS)
    for (const cluster of SUBSETS.flatMap((subset) => [`outbound|80|${subset}|`, `outbound|9000|${subset}|`])) {
      const [here, there] = [ours[key], theirs[key]].map((built) => spokenAt(built, cluster));
      compare(`${key} ${cluster}`, "caller", here, there);
    }
  return { compared, differences };
}

function spokenAt(built: Built | undefined, prefix: string): Json {
  const cluster = built?.clusters.find((each) => textAt(each, "name") === `${prefix}svc.default.svc.cluster.local`);
  return cluster === undefined ? undefined : describeEndpoints(cluster, built?.endpoints ?? []);
}
