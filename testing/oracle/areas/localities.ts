import * as fc from "fast-check";
import { anyLocalitySetting, anyPlace, PLACES } from "#testing/oracle/arbitrary/any-localities.ts";
import { document, rarely, seldom } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { type Comparison, type Difference, defineArea } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeShares } from "#testing/oracle/envoy/describe-shares.ts";
import { addressOf, LOCALITY_CAUSES } from "#testing/oracle/explained-localities.ts";
import type { Built, Istio, OracleProxy, Part } from "#testing/oracle/istio.ts";
import { entriesAt, type Json, textAt } from "#testing/oracle/json.ts";
import { compareWithout } from "#testing/oracle/without-causes.ts";
import { askIstio, askPharos, keepTaken, type World, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["clusters"];
const HOST = "s0.default.svc.cluster.local";
const PROXIES: readonly OracleProxy[] = PLACES.map((locality, index) => ({
  key: `caller-${locality}`,
  type: index % 3 === 2 ? "router" : "sidecar",
  namespace: "default",
  address: "1.1.1.1",
  labels: {
    app: "x",
    ...(index % 2 === 0 ? { version: "v1" } : {}),
    ...(index % 4 === 0 ? { "topology.istio.io/network": "n1" } : {}),
  },
  locality,
}));

function anyEndpoint(address: string): fc.Arbitrary<object> {
  return fc
    .record({
      locality: anyPlace,
      version: fc.constantFrom("v1", "v2"),
      app: fc.constantFrom("x", "y"),
      weight: rarely(fc.constantFrom({ weight: 3 }, { weight: 10 })),
      network: rarely(fc.constantFrom({ network: "n1" }, { network: "n2" })),
    })
    .map(({ locality, version, app, weight, network }) => ({
      address,
      ...(locality === "" ? {} : { locality }),
      labels: { version, app },
      ...weight,
      ...network,
    }));
}

const anyService = fc
  .tuple(fc.constantFrom("STATIC", "STATIC", "DNS"), fc.integer({ min: 1, max: 6 }))
  .chain(([resolution, count]) => {
    const addresses = Array.from({ length: count }, (_, index) =>
      resolution === "STATIC" ? `10.0.0.${index + 1}` : `h${index + 1}.example.com`,
    );
    const spec = fc.tuple(...addresses.map(anyEndpoint)).map((endpoints) => ({
      hosts: [HOST],
      location: "MESH_INTERNAL",
      resolution,
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      endpoints,
    }));
    return document("ServiceEntry", "s0", fc.constant("default"), spec);
  });

const OUTLIERS = { outlierDetection: { consecutive5xxErrors: 5 } };
/** Failing over takes what finds failures; without it localities share alike. */
const anyPolicy = fc
  .tuple(
    rarely(
      anyLocalitySetting.map((localityLbSetting) => ({ loadBalancer: { localityLbSetting } })),
      1,
    ),
    fc.constantFrom<object>(OUTLIERS, OUTLIERS, OUTLIERS, {}),
  )
  .map(([balancer, outliers]) => ({ ...balancer, ...outliers }));
const anyRule = document(
  "DestinationRule",
  "d0",
  fc.constant("default"),
  fc
    .tuple(
      rarely(
        anyPolicy.map((trafficPolicy) => ({ trafficPolicy })),
        1,
      ),
      rarely(
        anyPolicy.map((policy) => ({
          trafficPolicy: { ...OUTLIERS, portLevelSettings: [{ port: { number: 80 }, ...policy }] },
        })),
        3,
      ),
      rarely(
        anyPolicy.map((trafficPolicy) => ({ subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy }] })),
        1,
      ),
    )
    .map((all) => ({ host: HOST, ...(Object.assign({}, ...all) as object) })),
);
const anyMesh: fc.Arbitrary<Written> = document(
  "MeshConfig",
  "default",
  fc.constant("istio-system"),
  anyLocalitySetting.map((localityLbSetting) => ({ localityLbSetting })),
);

/** Which endpoints callers at several places prefer, and in which shares. */
export const localities = defineArea({
  name: "localities",
  cases: fc
    .tuple(anyService, anyRule, seldom(anyMesh))
    .map(([service, rule, settings]) => [service, rule, ...settings]),
  write: writeWorld,
  compare: (documents, istio) =>
    compareWithout(LOCALITY_CAUSES, documents, {
      here: async (given) => askPharos(await worldOf(given, istio)),
      inIstio: async (given) => askIstio(istio, await worldOf(given, istio)).catch(unlessPanic),
      compare: compareShares,
    }),
});

async function worldOf(documents: readonly Written[], istio: Istio): Promise<World> {
  return { documents: await keepTaken(documents, istio), proxies: PROXIES, parts: PARTS };
}

function compareShares(ours: Readonly<Record<string, Built>>, theirs: Readonly<Record<string, Built>>): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  for (const { key, type } of PROXIES)
    for (const subset of ["", "v1"]) {
      const name = `outbound|80|${subset}|${HOST}`;
      const [here, there] = [ours[key], theirs[key]].map((built) => sharesAt(built, name));
      // What has no endpoints is compared elsewhere.
      if (here === undefined || there === undefined) continue;
      compared += 1;
      for (const each of diff(here, there)) differences.push({ what: `${type} ${each}`, where: `${key} ${name}` });
    }
  return { compared, differences };
}

function sharesAt(built: Built | undefined, name: string): Json {
  const cluster = built?.clusters.find((each) => textAt(each, "name") === name);
  if (cluster === undefined) return undefined;
  const shares = entriesAt(describeShares(cluster, built?.endpoints ?? []));
  return shares.length === 0 ? undefined : Object.fromEntries(shares.map(([at, each]) => [placeOf(at), each]));
}

/** Whether an endpoint is looked up or not, it is the same one. */
function placeOf(address: string): string {
  return addressOf(address.replaceAll('"', ""));
}

/** Istio's code ends over some endpoints that are looked up and held against labels: there is nothing to compare with. */
function unlessPanic(error: unknown): undefined {
  if (!/index out of range/.test(String(error))) throw error;
}
