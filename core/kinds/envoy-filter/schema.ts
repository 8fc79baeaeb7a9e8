import { ISTIO_VERSION } from "#core/kinds/envoy-filter/is-for-version.ts";
import { PROXY_METADATA } from "#core/kinds/envoy-filter/proxy-metadata.ts";
import { LABELS_SELECTOR } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  described,
  integer,
  json,
  list,
  map,
  message,
  oneOf,
  refused,
  required,
  string,
  uint32,
} from "#core/schema/make-field.ts";

const CHOOSES = "none: which resources are patched";
const NO_WAYPOINTS = "there are no waypoints: use SIDECAR_INBOUND, which patches the sidecars of the called";

const NAME = message({ name: string() });

const LISTENER_MATCH = message({
  portNumber: described(uint32(), {
    envoy: CHOOSES,
    doc: "As applications and Gateways have it; of virtualInbound the chains for that port of the application",
  }),
  portName: refused("Istio does not look at it either: use portNumber", "no-effect"),
  filterChain: message({
    name: string(),
    sni: string(),
    transportProtocol: string(),
    applicationProtocols: described(string(), {
      envoy: CHOOSES,
      doc: "Separated by commas; the chain has to have all",
    }),
    filter: message({
      name: string(),
      subFilter: NAME,
    }),
    destinationPort: uint32(),
  }),
  listenerFilter: string(),
  name: string(),
});
export type ListenerMatch = Infer<typeof LISTENER_MATCH>;

const ROUTES_MATCH = message({
  portNumber: uint32(),
  portName: string(),
  gateway: described(string(), { envoy: CHOOSES, doc: "namespace/name; of HTTPS servers alone, as in Istio" }),
  vhost: message({
    name: described(string(), { envoy: CHOOSES, doc: "host:port" }),
    domainName: string(),
    route: message({
      name: string(),
      action: described(oneOf(["ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"]), { envoy: CHOOSES, default: "ANY" }),
    }),
  }),
  name: string(),
});
export type RoutesMatch = Infer<typeof ROUTES_MATCH>;

const CLUSTER_MATCH = message({
  portNumber: uint32(),
  service: described(string(), { envoy: CHOOSES, doc: "The host, written out" }),
  subset: string(),
  name: string(),
});
export type ClusterMatch = Infer<typeof CLUSTER_MATCH>;

const MATCH = message(
  {
    context: described(oneOf(["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"], { WAYPOINT: NO_WAYPOINTS }), {
      envoy: CHOOSES,
      default: "ANY",
    }),
    proxy: message({
      proxyVersion: described(string("regex"), {
        envoy: CHOOSES,
        doc: `A pattern that proxies' version of Istio has somewhere in it; they are all as those of ${ISTIO_VERSION}`,
      }),
      metadata: described(map(string()), {
        envoy: CHOOSES,
        doc: `What proxies tell of themselves, to the letter: ${PROXY_METADATA.join(", ")}`,
      }),
    }),
    listener: LISTENER_MATCH,
    routeConfiguration: ROUTES_MATCH,
    cluster: CLUSTER_MATCH,
    waypoint: refused(NO_WAYPOINTS, "kubernetes"),
  },
  { atMostOneOf: ["listener", "routeConfiguration", "cluster", "waypoint"] },
);

/** What is patched. */
const TARGET = oneOf(
  [
    "LISTENER",
    "LISTENER_FILTER",
    "FILTER_CHAIN",
    "NETWORK_FILTER",
    "HTTP_FILTER",
    "ROUTE_CONFIGURATION",
    "VIRTUAL_HOST",
    "HTTP_ROUTE",
    "CLUSTER",
    "EXTENSION_CONFIG",
  ],
  {
    BOOTSTRAP:
      "agents write the bootstrap of their proxies: write flags of the runtime into the MeshConfig's defaultConfig.runtimeValues, which statistics are kept into its proxyStatsMatcher, the most connections as maxConnections into the file of pharos agent --config, and add clusters by patches of CLUSTER",
  },
);
export type PatchTarget = Infer<typeof TARGET>;

const OPERATION = oneOf([
  "MERGE",
  "ADD",
  "REMOVE",
  "INSERT_BEFORE",
  "INSERT_AFTER",
  "INSERT_FIRST",
  "REPLACE",
  "MERGE_AND_REPLACE_LIST",
]);
export type PatchOperation = Infer<typeof OPERATION>;

const CONFIG_PATCH = message({
  applyTo: required(described(TARGET, { envoy: CHOOSES })),
  match: described(MATCH, { envoy: CHOOSES }),
  patch: required(
    message({
      operation: required(described(OPERATION, { envoy: "none: what is done with the value" })),
      value: described(json(), {
        envoy: "none: whichever field of Envoy it writes",
        doc: "As Envoy's API has it in JSON; a typedConfig of a type that is not known here goes to Envoy as it is written",
      }),
      filterClass: refused(
        "Istio does not look at it either: name the filter that it stands before, with INSERT_BEFORE",
        "no-effect",
      ),
    }),
  ),
});
export type ConfigPatch = Infer<typeof CONFIG_PATCH>;

export const ENVOY_FILTER = message({
  workloadSelector: described(LABELS_SELECTOR, {
    doc: "Whose proxies are patched; without it all of the namespace, and from the root namespace all of the mesh",
  }),
  targetRefs: refused("gateways of the Gateway API are not read: use workloadSelector", "kubernetes"),
  configPatches: described(list(CONFIG_PATCH), {
    envoy: CHOOSES,
    doc: "Made in this order; one that cannot be made is left out, and the others are made",
  }),
  priority: described(integer(-2_147_483_648), {
    envoy: "none: in which order patches are made",
    doc: "Lower first; among equals those of the root namespace, then the oldest",
  }),
});
export type EnvoyFilterSpec = Infer<typeof ENVOY_FILTER>;
