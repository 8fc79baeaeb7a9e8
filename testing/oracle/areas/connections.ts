import * as fc from "fast-check";
import {
  ADDRESSES,
  connectedServices,
  connectionPolicy,
  connectionRule,
  SNI,
  TCP_PORT,
  TLS_PORT,
} from "#testing/oracle/arbitrary/any-connection-rule.ts";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { NAMESPACES, seldom } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { type Difference, defineArea } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeConnection } from "#testing/oracle/envoy/describe-connection.ts";
import { type Connection, findFilterChain } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built, OracleProxy, Part } from "#testing/oracle/istio.ts";
import { at, type Json, textAt } from "#testing/oracle/json.ts";
import { askIstio, askPharos, keepTaken, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners"];
const PROXIES: readonly OracleProxy[] = NAMESPACES.map((namespace) => ({
  key: `sidecar-${namespace}`,
  type: "sidecar",
  namespace,
  address: "1.1.1.1",
  labels: { app: "x" },
}));
const CONNECTIONS: readonly (Connection & { readonly address: string })[] = ADDRESSES.flatMap((address) => [
  { address, port: TCP_PORT },
  ...SNI.map((sni) => ({ address, port: TLS_PORT, sni })),
]);

/** Where a sidecar takes connections that are not HTTP. */
export const connections = defineArea({
  name: "connections",
  cases: fc
    .tuple(
      connectedServices,
      fc.subarray([0, 1, 2], { minLength: 1 }).chain((some) => fc.tuple(...some.map(connectionRule))),
      seldom(connectionPolicy),
      seldom(anyMeshConfig),
    )
    .map((all) => all.flat()),
  write: writeWorld,
  async compare(documents, istio) {
    const world = { documents: await keepTaken(documents, istio), proxies: PROXIES, parts: PARTS };
    const [theirs, ours] = [await askIstio(istio, world), askPharos(world)];
    const differences = new Map<string, Difference>();
    let compared = 0;
    for (const { key } of PROXIES)
      for (const connection of CONNECTIONS) {
        compared += 1;
        const [here, there] = [ours, theirs].map((built) => becomes(built[key], connection));
        const what = `${connection.sni === undefined ? "TCP" : "TLS"} `;
        // Of what goes elsewhere nothing else is worth comparing.
        const isSame = at(here, "to") === at(there, "to");
        for (const each of isSame ? diff(here, there) : diff(at(here, "to"), at(there, "to"), ".to"))
          if (!differences.has(what + each))
            differences.set(what + each, { what: what + each, where: `${key} ${JSON.stringify(connection)}` });
      }
    return { compared, differences: [...differences.values()] };
  },
});

/** The listener of its address, else the one of its port, else the one that captures. */
function becomes(built: Built | undefined, connection: Connection & { readonly address: string }): Json {
  const named = (name: string) => built?.listeners.find((each) => textAt(each, "name") === name);
  const { address, port } = connection;
  const listener = named(`${address}_${port}`) ?? named(`0.0.0.0_${port}`) ?? named("virtualOutbound");
  return describeConnection(findFilterChain(listener, connection));
}
