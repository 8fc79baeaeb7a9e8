import * as fc from "fast-check";
import {
  ADDRESSES,
  CONNECTED,
  connectedServices,
  connectionPolicy,
  connectionRule,
  IN_RANGES,
  IPV6_ADDRESSES,
  SNI,
  TCP_PORT,
  TLS_PORT,
} from "#testing/oracle/arbitrary/any-connection-rule.ts";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { anyOwnListener } from "#testing/oracle/arbitrary/any-sidecar.ts";
import { seldom } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { defineArea } from "#testing/oracle/area.ts";
import { compareConnections } from "#testing/oracle/compare-connections.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeConnection } from "#testing/oracle/envoy/describe-connection.ts";
import { type Connection, findFilterChain } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built, Part } from "#testing/oracle/istio.ts";
import { at, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";
import { DUAL_SIDECARS } from "#testing/oracle/proxies.ts";
import { askIstio, askPharos, keepTaken, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners"];
/** Where a listener may be bound that traffic is not captured to. */
const OWN_ADDRESSES = ["127.0.0.1", "127.0.0.9"];
const CONNECTIONS: readonly (Connection & { readonly address: string })[] = [
  ...ADDRESSES,
  ...IN_RANGES,
  ...IPV6_ADDRESSES,
  ...OWN_ADDRESSES,
].flatMap((address) => [{ address, port: TCP_PORT }, ...SNI.map((sni) => ({ address, port: TLS_PORT, sni }))]);

const ownListener = anyOwnListener(CONNECTED, [
  { number: TCP_PORT, protocol: "TCP" },
  { number: TLS_PORT, protocol: "TLS" },
]);

/** Where a sidecar takes connections that are not HTTP. */
export const connections = defineArea({
  name: "connections",
  cases: fc
    .tuple(
      connectedServices,
      fc.subarray([0, 1, 2], { minLength: 1 }).chain((some) => fc.tuple(...some.map(connectionRule))),
      seldom(connectionPolicy),
      seldom(ownListener),
      seldom(anyMeshConfig),
    )
    .map((all) => all.flat()),
  write: writeWorld,
  async compare(documents, istio) {
    const world = { documents: await keepTaken(documents, istio), proxies: DUAL_SIDECARS, parts: PARTS };
    const [theirs, ours] = [await askIstio(istio, world), askPharos(world)];
    return compareConnections({
      proxies: DUAL_SIDECARS,
      connections: CONNECTIONS,
      ours,
      theirs,
      becomes,
      differ(here, there, { sni }) {
        // Of what goes elsewhere nothing else is worth comparing.
        const isSame = at(here, "to") === at(there, "to");
        const found = isSame ? diff(here, there) : diff(at(here, "to"), at(there, "to"), ".to");
        return found.map((each) => `${sni === undefined ? "TCP" : "TLS"} ${each}`);
      },
    });
  },
});

/** The listener of its address, else the one of its port, else the one that captures; undefined where nobody listens. */
function becomes(built: Built | undefined, connection: Connection & { readonly address: string }): Json {
  const { address, port } = connection;
  const bound = (to: string) =>
    built?.listeners.find((each) =>
      [at(each, "address"), ...listAt(each, "additionalAddresses").map((other) => at(other, "address"))].some(
        (one) => textAt(one, "socketAddress", "address") === to && numberAt(one, "socketAddress", "portValue") === port,
      ),
    );
  const own = bound(address);
  // What is made to the host itself is not captured.
  if (OWN_ADDRESSES.includes(address) && (own === undefined || at(own, "bindToPort") === false)) return undefined;
  const listener =
    own ??
    bound(address.includes(":") ? "::" : "0.0.0.0") ??
    built?.listeners.find((each) => textAt(each, "name") === "virtualOutbound");
  return describeConnection(findFilterChain(listener, connection));
}
