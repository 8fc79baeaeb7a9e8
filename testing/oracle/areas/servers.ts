import * as fc from "fast-check";
import {
  CONNECTED,
  connectedServices,
  connectionPolicy,
  TCP_PORT,
} from "#testing/oracle/arbitrary/any-connection-rule.ts";
import {
  ENDING_PORT,
  gatewayConnections,
  gatewayOfServers,
  MESH_PORT,
  PASSING_PORT,
  PLAIN_PORTS,
  SERVED,
} from "#testing/oracle/arbitrary/any-gateway-server.ts";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { seldom, virtualService } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { defineArea } from "#testing/oracle/area.ts";
import { compareConnections } from "#testing/oracle/compare-connections.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeConnection } from "#testing/oracle/envoy/describe-connection.ts";
import { describeServerTls } from "#testing/oracle/envoy/describe-server-tls.ts";
import { type Connection, findFilterChain } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built, Part } from "#testing/oracle/istio.ts";
import { type Json, numberAt } from "#testing/oracle/json.ts";
import { GATEWAYS } from "#testing/oracle/proxies.ts";
import { askIstio, askPharos, keepTaken, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners"];
const CONNECTIONS: readonly Connection[] = [
  ...PLAIN_PORTS.map((port) => ({ port })),
  ...SERVED.flatMap((sni) => [ENDING_PORT, PASSING_PORT].map((port) => ({ port, sni }))),
  ...CONNECTED.map((host) => ({ port: MESH_PORT, sni: `outbound_.${TCP_PORT}_._.${host}`, alpn: ["istio"] })),
];
const requests = virtualService(
  "v0",
  fc.constantFrom<readonly string[]>(["*.example.com"], ["a.example.com", "c.example.com"]),
  fc.constant({ gateways: ["default/g0", "istio-system/g1"] }),
);

/** How gateways end TLS, and where connections go that they take. */
export const servers = defineArea({
  name: "servers",
  cases: fc
    .tuple(
      connectedServices,
      fc.tuple(gatewayOfServers(0), gatewayOfServers(1)),
      fc.tuple(gatewayConnections(0), gatewayConnections(1)),
      seldom(requests),
      seldom(connectionPolicy),
      seldom(anyMeshConfig),
    )
    .map((all) => all.flat()),
  write: writeWorld,
  async compare(documents, istio) {
    const world = { documents: await keepTaken(documents, istio), proxies: GATEWAYS, parts: PARTS };
    const [theirs, ours] = [await askIstio(istio, world), askPharos(world)];
    return compareConnections({
      proxies: GATEWAYS,
      connections: CONNECTIONS,
      ours,
      theirs,
      becomes,
      differ: (here, there) => diff(here, there),
    });
  },
});

function becomes(built: Built | undefined, connection: Connection): Json {
  const listener = built?.listeners.find(
    (each) => numberAt(each, "address", "socketAddress", "portValue") === connection.port,
  );
  const chain = findFilterChain(listener, connection);
  return chain === undefined ? undefined : { ends: describeServerTls(chain), does: describeConnection(chain) };
}
