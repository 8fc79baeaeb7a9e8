import * as fc from "fast-check";
import { anyExtension } from "#testing/oracle/arbitrary/any-extension.ts";
import { anyIngress } from "#testing/oracle/arbitrary/any-ingress.ts";
import { CALLED, CALLED_SERVICES } from "#testing/oracle/arbitrary/called-workload.ts";
import { anyNamespace, document, seldom } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { fieldOf, meetingValue } from "#testing/oracle/arbitrary/meeting-value.ts";
import { type Comparison, type Difference, defineArea } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import {
  applicationAt,
  boundAt,
  chainsAt,
  endedAt,
  orderOf,
  pooledAt,
  takenAt,
} from "#testing/oracle/envoy/describe-inbound.ts";
import { connectionManagerOf } from "#testing/oracle/envoy/find-filter-chain.ts";
import { INBOUND_CAUSES } from "#testing/oracle/explained-inbound.ts";
import type { Built, Istio, Part } from "#testing/oracle/istio.ts";
import { type Json, listAt, textAt } from "#testing/oracle/json.ts";
import { compareWithout } from "#testing/oracle/without-causes.ts";
import { askIstio, askPharos, keepTaken, type World, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners", "routes", "clusters"];
const PORTS = [8080, 9000, 7070];
/** Of the route configuration that calls to the service's HTTP port have. */
const CALLS = "80";

const anyTokens = document(
  "RequestAuthentication",
  "ra",
  anyNamespace,
  fc.constant({ jwtRules: [{ issuer: "https://a.example.com", jwks: '{"keys":[]}' }] }),
);
const anyMode = document(
  "PeerAuthentication",
  "pa",
  anyNamespace,
  fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE").map((mode) => ({ mtls: { mode } })),
);
const anyPool = meetingValue(fieldOf("DestinationRule", "trafficPolicy", "connectionPool"), 4);
/** Its pool is for those who call, and for the called proxy's connections to its application. */
const anyRule = document(
  "DestinationRule",
  "d",
  anyNamespace,
  fc
    .tuple(fc.constantFrom("svc.default.svc.cluster.local", "*.local"), anyPool, fc.boolean())
    .map(([host, connectionPool, isForPort]) => ({
      host,
      trafficPolicy: isForPort ? { portLevelSettings: [{ port: { number: 80 }, connectionPool }] } : { connectionPool },
    })),
);

/** What a workload listens on, where the application is, and in which order extensions stand on both sides of its calls. */
export const inbound = defineArea({
  name: "inbound",
  cases: fc
    .tuple(
      fc
        .integer({ min: 0, max: 4 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyExtension(index)))),
      fc.option(anyIngress, { nil: undefined }),
      seldom(anyTokens),
      seldom(anyMode),
      seldom(anyRule),
    )
    .map(([extensions, ingress, ...others]) => [
      ...CALLED_SERVICES,
      ...extensions,
      ...(ingress === undefined ? [] : [ingress]),
      ...others.flat(),
    ]),
  write: writeWorld,
  compare: (documents, istio) =>
    compareWithout(INBOUND_CAUSES, documents, {
      here: async (given) => askPharos(await worldOf(given, istio)),
      inIstio: async (given) => askIstio(istio, await worldOf(given, istio)),
      compare: (here, inIstio) => compareCalled(here[CALLED.key], inIstio[CALLED.key]),
    }),
});

async function worldOf(documents: readonly Written[], istio: Istio): Promise<World> {
  return { documents: await keepTaken(documents, istio), proxies: [CALLED], parts: PARTS };
}

function compareCalled(ours: Built | undefined, theirs: Built | undefined): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  const compare = (where: string, what: string, here: Json, there: Json): void => {
    if (here === undefined && there === undefined) return;
    compared += 1;
    for (const each of diff(here, there)) differences.push({ what: `${what}${each}`, where });
  };
  for (const port of PORTS) {
    compare(`port ${port}`, "taken", takenAt(ours, port), takenAt(theirs, port));
    const application = applicationAt(theirs, port);
    // Else it is where the connection was made to.
    if (application !== undefined) compare(`port ${port}`, "application", applicationAt(ours, port), application);
    compare(`port ${port}`, "bound", boundAt(ours, port), boundAt(theirs, port));
    compare(`port ${port}`, "ended", endedAt(ours, port), endedAt(theirs, port));
    compare(`port ${port} ${takenAt(theirs, port)}`, "pooled", pooledAt(ours, port), pooledAt(theirs, port));
    compare(`port ${port}`, "called", ordersAt(ours, port), ordersAt(theirs, port));
  }
  compare("calls", "calling", orderOfCalls(ours), orderOfCalls(theirs));
  return { compared, differences };
}

function ordersAt(built: Built | undefined, port: number): Json {
  const orders = chainsAt(built, port).map((chain) => {
    const manager = connectionManagerOf(chain);
    const connections = orderOf(listAt(chain, "filters"));
    return manager === undefined ? connections : `${connections}: ${orderOf(listAt(manager, "httpFilters"))}`;
  });
  return orders.length === 0 ? undefined : [...new Set(orders)].sort();
}

function orderOfCalls(built: Built | undefined): Json {
  const managers = (built?.listeners ?? []).flatMap((listener) =>
    listAt(listener, "filterChains")
      .map(connectionManagerOf)
      .filter((each) => textAt(each, "rds", "routeConfigName") === CALLS),
  );
  return managers.length === 0
    ? undefined
    : [...new Set(managers.map((each) => orderOf(listAt(each, "httpFilters"))))].sort();
}
