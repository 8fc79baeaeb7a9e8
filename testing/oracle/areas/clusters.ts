import * as fc from "fast-check";
import { clusterPatches } from "#testing/oracle/arbitrary/any-envoy-filter.ts";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { anySidecar } from "#testing/oracle/arbitrary/any-sidecar.ts";
import { anyExportTo, anyNamespace, document, rarely, seldom } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { fieldOf, meetingValue } from "#testing/oracle/arbitrary/meeting-value.ts";
import { type Comparison, type Difference, defineArea } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeCluster } from "#testing/oracle/envoy/describe-cluster.ts";
import { describeEndpoints } from "#testing/oracle/envoy/describe-endpoints.ts";
import { CLUSTER_CAUSES } from "#testing/oracle/explained-clusters.ts";
import type { Built, Istio, Part } from "#testing/oracle/istio.ts";
import { type Json, listAt, textAt } from "#testing/oracle/json.ts";
import { GATEWAYS, SIDECARS } from "#testing/oracle/proxies.ts";
import { compareWithout } from "#testing/oracle/without-causes.ts";
import { askIstio, askPharos, keepTaken, type World, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["clusters"];
const PROXIES = [...SIDECARS, ...GATEWAYS];
const PROTOCOLS = ["HTTP", "HTTP2", "GRPC", "TCP", "TLS", "HTTPS", "MONGO", "", "http"];

/** Endpoints as the resolution takes them. */
function anyEndpoints(resolution: string): fc.Arbitrary<object> {
  if (resolution === "NONE" || resolution === "DYNAMIC_DNS") return fc.constant({});
  const [first, second] = resolution === "STATIC" ? ["10.0.0.1", "10.0.0.2"] : ["a.b.c", "d.e.f"];
  return fc
    .record({
      isMesh: fc.boolean(),
      more: resolution === "DNS_ROUND_ROBIN" ? fc.constant(undefined) : fc.constantFrom(undefined, 0, 5),
      hasNone: fc.nat({ max: 6 }),
      ports: rarely(fc.constantFrom({ ports: { p80: 8084 } }, { ports: { p9080: 8085 } }), 4),
    })
    .map(({ isMesh, more, hasNone, ports }) => {
      if (hasNone === 0) return {};
      if (hasNone === 1 && resolution !== "DNS_ROUND_ROBIN") return selecting;
      const mesh = { labels: { version: "v1", "security.istio.io/tlsMode": "istio" }, serviceAccount: "acc" };
      return {
        endpoints: [
          { address: first, ...(isMesh ? mesh : { labels: { version: "v1" } }), ...ports },
          ...(more === undefined ? [] : [{ address: second, labels: { version: "v2" }, weight: more }]),
        ],
      };
    });
}

const SELECTED = { app: "w" };
/** Of a service that says where its endpoints are, they are those that it selects. */
const selecting = { workloadSelector: { labels: SELECTED } };

/** A workload that services select. */
function anyWorkload(index: number): fc.Arbitrary<Written> {
  const spec = fc
    .tuple(
      fc.constantFrom<object>({ version: "v1" }, { version: "v2", "security.istio.io/tlsMode": "istio" }, {}),
      rarely(fc.constantFrom({ weight: 0 }, { weight: 3 })),
      rarely(fc.constantFrom({ ports: { p80: 8082 } }, { ports: { p9080: 8083 } }), 4),
      rarely(fc.constant({ serviceAccount: "acc" })),
    )
    .map(([labels, ...rest]) => ({
      address: `10.0.1.${index + 1}`,
      labels: { ...SELECTED, ...labels },
      ...(Object.assign({}, ...rest) as object),
    }));
  return document("WorkloadEntry", `w${index}`, anyNamespace, spec);
}

function anyService(index: number): fc.Arbitrary<Written> {
  return fc
    .record({
      namespace: anyNamespace,
      place: fc.constantFrom("mesh", "mesh", "outside", "wildcard"),
      resolution: fc.constantFrom("STATIC", "STATIC", "DNS", "NONE", "DNS_ROUND_ROBIN"),
      isInternal: fc.boolean(),
      protocols: fc.array(fc.constantFrom(...PROTOCOLS), { minLength: 1, maxLength: 2 }),
      target: fc.constantFrom<object>({}, {}, { targetPort: 8081 }),
    })
    .chain(({ namespace, place, resolution: wanted, isInternal, protocols, target }) => {
      // Names of a pattern are looked up as they are asked for, or not at all.
      const resolution = place !== "wildcard" ? wanted : wanted === "STATIC" ? "NONE" : "DYNAMIC_DNS";
      const host =
        place === "mesh"
          ? `s${index}.${namespace}.svc.cluster.local`
          : place === "outside"
            ? `s${index}.example.com`
            : `*.w${index}.example.com`;
      const spec = fc
        .tuple(
          anyEndpoints(resolution),
          anyExportTo,
          rarely(fc.constant({ subjectAltNames: ["spiffe://x"] }), 6),
          rarely(fc.constantFrom({ addresses: [`10.3.0.${index}`] }, { addresses: ["10.4.0.0/16"] }), 4),
        )
        .map(([endpoints, exported, names, addresses]) => ({
          hosts: [host],
          location: place === "mesh" || isInternal ? "MESH_INTERNAL" : "MESH_EXTERNAL",
          resolution,
          ports: protocols.map((protocol, at) => ({
            number: at === 0 ? 80 : 9080,
            name: at === 0 ? "p80" : "p9080",
            protocol,
            ...(at === 0 ? {} : target),
          })),
          ...endpoints,
          ...exported,
          ...names,
          ...(place === "wildcard" ? {} : addresses),
        }));
      return document("ServiceEntry", `s${index}`, fc.constant(namespace), spec);
    });
}

const anyPolicy = meetingValue(fieldOf("DestinationRule", "trafficPolicy"), 1.6);
function anyRule(index: number): fc.Arbitrary<Written> {
  const spec = fc
    .record({
      host: fc.constantFrom(
        "s0",
        "s1",
        "s0.default.svc.cluster.local",
        "s1.prod.svc.cluster.local",
        "s0.istio-system.svc.cluster.local",
        "*.local",
        "*.default.svc.cluster.local",
        "s0.example.com",
        "*.example.com",
        "*.w1.example.com",
        "s1.example.com",
        "*",
      ),
      policy: fc.option(anyPolicy, { nil: undefined }),
      subsets: fc.tuple(
        ...["v1", "v2"].map((name) =>
          fc.tuple(fc.constant(name), fc.boolean(), fc.option(anyPolicy, { nil: undefined })),
        ),
      ),
      exported: anyExportTo,
      chosen: rarely(
        fc.constantFrom({ app: "x" }, { istio: "gw" }, { app: "z" }).map((matchLabels) => ({
          workloadSelector: { matchLabels },
        })),
        5,
      ),
    })
    .map(({ host, policy, subsets, exported, chosen }) => ({
      host,
      ...chosen,
      ...(policy === undefined ? {} : { trafficPolicy: policy }),
      subsets: subsets
        .filter(([, isThere]) => isThere)
        .map(([name, , own]) => ({
          name,
          labels: { version: name },
          ...(own === undefined ? {} : { trafficPolicy: own }),
        })),
      ...exported,
    }));
  return document("DestinationRule", `d${index}`, anyNamespace, spec);
}

/** How callers reach services: each cluster's traffic policy, TLS and trusted names, and its endpoints. */
export const clusters = defineArea({
  name: "clusters",
  cases: fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
    .chain(([services, rules]) =>
      fc
        .tuple(
          fc.tuple(
            ...Array.from({ length: services }, (_, index) => anyService(index)),
            ...Array.from({ length: rules }, (_, index) => anyRule(index)),
            anyWorkload(0),
            anyWorkload(1),
          ),
          seldom(anySidecar),
          seldom(anyMeshConfig),
          seldom(clusterPatches("ef0")),
          seldom(clusterPatches("ef1")),
        )
        .map(([those, ...others]) => [...those, ...others.flat()]),
    ),
  write: writeWorld,
  compare: (documents, istio) =>
    compareWithout(CLUSTER_CAUSES, documents, {
      here: async (given) => askPharos(await worldOf(given, istio)),
      inIstio: async (given) => askIstio(istio, await worldOf(given, istio)).catch(unlessPanic),
      compare: compareClusters,
    }),
});

async function worldOf(documents: readonly Written[], istio: Istio): Promise<World> {
  return { documents: await keepTaken(documents, istio), proxies: PROXIES, parts: PARTS };
}

function compareClusters(ours: Readonly<Record<string, Built>>, theirs: Readonly<Record<string, Built>>): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  for (const { key, type } of PROXIES) {
    const [here, there] = [clustersOf(ours[key]), clustersOf(theirs[key])];
    for (const name of new Set([...here.keys(), ...there.keys()])) {
      compared += 1;
      for (const each of compareCluster(name, here.get(name), there.get(name)))
        differences.push({ what: `${type} ${each}`, where: `${key} ${name}` });
    }
  }
  return { compared, differences };
}

/** Istio's code ends over outlier detection of what is looked up as calls ask for it: there is nothing to compare with. */
function unlessPanic(error: unknown): undefined {
  if (!/nil pointer/.test(String(error))) throw error;
}

/** Of a cluster that one side alone has, what it is tells more than all its fields. */
function compareCluster(name: string, here: Json, there: Json): string[] {
  if (here !== undefined && there !== undefined) return diff(here, there);
  return [`: here ${kindOf(name, here)}, in Istio ${kindOf(name, there)}`];
}

/** `a STRICT_DNS subset with 0 endpoints` */
function kindOf(name: string, cluster: Json): string {
  if (cluster === undefined) return "none";
  const what = name.split("|")[2] === "" ? "cluster" : "subset";
  return `a ${textAt(cluster, "type") ?? "STATIC"} ${what} with ${listAt(cluster, "endpoints").length} endpoints`;
}

function clustersOf(built: Built | undefined): Map<string, Json> {
  const outbound = (built?.clusters ?? []).filter((each) => textAt(each, "name")?.startsWith("outbound|"));
  return new Map(
    outbound.map((each) => [
      textAt(each, "name") ?? "",
      { ...describeCluster(each), endpoints: describeEndpoints(each, built?.endpoints ?? []) },
    ]),
  );
}
