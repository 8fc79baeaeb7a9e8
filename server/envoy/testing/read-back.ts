import { fromBinary, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Origin, ProxyView } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type VirtualHost, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { decodeResource } from "#server/mesh/decode-resource.ts";

export type Mode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** What one proxy is given, read from the bytes that are sent. */
export class ReadBack {
  readonly #bodies: ReadonlyMap<XdsType, ReadonlyMap<string, Uint8Array>>;
  readonly #layers: ProxyView["layers"];

  constructor({ layers }: ProxyView) {
    const bodies = new Map<XdsType, Map<string, Uint8Array>>();
    for (const { resources } of layers)
      for (const [type, named] of resources) {
        const all = bodies.get(type) ?? new Map<string, Uint8Array>();
        bodies.set(type, all);
        for (const { name, body } of named.values()) all.set(name, body);
      }
    this.#bodies = bodies;
    this.#layers = layers;
  }

  #all<T>(type: XdsType, decode: (body: Uint8Array) => T): T[] {
    return [...(this.#bodies.get(type)?.values() ?? [])].map(decode);
  }

  /** Name of a resource → what it is said to be made from. */
  origins(type: XdsType): Map<string, readonly Origin[]> {
    const all = this.#layers.flatMap(({ resources }) => [...(resources.get(type)?.values() ?? [])]);
    return new Map(all.map(({ name, origins }) => [name, origins]));
  }

  clusters(): Map<string, Cluster> {
    return new Map(this.#all("CDS", (body) => fromBinary(ClusterSchema, body)).map((each) => [each.name, each]));
  }

  assignments(): Map<string, ClusterLoadAssignment> {
    const all = this.#all("EDS", (body) => fromBinary(ClusterLoadAssignmentSchema, body));
    return new Map(all.map((each) => [each.clusterName, each]));
  }

  listeners(): Listener[] {
    return this.#all("LDS", (body) => fromBinary(ListenerSchema, body));
  }

  /** Target of a gRPC client → the name of its routes. */
  apiListeners(): Map<string, string> {
    return new Map(
      this.listeners().flatMap(({ name, apiListener }) => {
        const packed = apiListener?.apiListener;
        const manager = packed && anyUnpack(packed, HttpConnectionManagerSchema);
        return manager?.routeSpecifier.case === "rds" ? [[name, manager.routeSpecifier.value.routeConfigName]] : [];
      }),
    );
  }

  routeConfigs(): RouteConfiguration[] {
    return this.#all("RDS", (body) => fromBinary(RouteConfigurationSchema, body));
  }

  /** `host:port` → the virtual host, of one whole table or sent by itself. */
  virtualHosts(): Map<string, VirtualHost> {
    const sent = this.#all("VHDS", (body) => fromBinary(VirtualHostSchema, body));
    const inTables = this.routeConfigs().flatMap(({ name, virtualHosts }) =>
      name.startsWith("inbound|") ? [] : virtualHosts,
    );
    // Those that are sent by themselves are called `table/host:port`.
    return new Map([...sent, ...inTables].map((each) => [each.name.slice(each.name.indexOf("/") + 1), each]));
  }

  /** Route configuration of calls → the domains of all its virtual hosts, as often as they are there. */
  domains(): Map<string, readonly string[]> {
    const sent = this.#all("VHDS", (body) => fromBinary(VirtualHostSchema, body));
    return new Map(
      this.routeConfigs()
        .filter(({ name }) => !name.startsWith("inbound|"))
        .map(({ name, virtualHosts }) => [
          name,
          [...virtualHosts, ...sent.filter((each) => each.name.startsWith(`${name}/`))].flatMap(
            ({ domains }) => domains,
          ),
        ]),
    );
  }

  /** Port of an application → how its connections come in. */
  inboundModes(): Map<number, Mode> {
    const kinds = new Map<number, Set<"tls" | "plain">>();
    for (const { filterChains, name } of this.listeners()) {
      if (!name.startsWith("inbound_") && name !== "virtualInbound") continue;
      for (const { name: chain, transportSocket } of filterChains) {
        const port = Number(/_(\d+)$/.exec(chain)?.[1]);
        if (!Number.isInteger(port)) continue;
        const known = kinds.get(port) ?? new Set();
        kinds.set(port, known.add(transportSocket === undefined ? "plain" : "tls"));
      }
    }
    return new Map(
      [...kinds].map(([port, each]) => [port, each.size === 2 ? "PERMISSIVE" : each.has("tls") ? "STRICT" : "DISABLE"]),
    );
  }

  /** Of each inbound chain that speaks HTTP the issuers whose tokens are checked, in order. */
  issuersAtHttp(): string[][] {
    return [...(this.#bodies.get("LDS") ?? [])].flatMap(([name, body]) => {
      if (!name.startsWith("inbound_") && name !== "virtualInbound") return [];
      const { filterChains = [] } = decodeResource("LDS", body) as { filterChains?: JsonObject[] };
      return filterChains
        .map((chain) => JSON.stringify(chain))
        .filter((text) => text.includes('"httpFilters"'))
        .map((text) => [...text.matchAll(/"issuer":"([^"]*)"/g)].map((found) => found[1] ?? ""));
    });
  }

  /** Whether what comes to a port is read as requests; else it is passed on as it is. */
  readsRequests(port: number): boolean {
    return this.#bodies.get("RDS")?.has(`inbound|${port}||`) ?? false;
  }

  /** `action namespace/name` of the policies whose rules guard an application's port, in requests or in connections. */
  policiesAt(port: number): Set<string> {
    const found = new Set<string>();
    const tables = this.#bodies.get("RDS")?.get(`inbound|${port}||`);
    if (tables !== undefined) collectPolicies(decodeResource("RDS", tables), found);
    for (const [name, body] of this.#bodies.get("LDS") ?? []) {
      const { filterChains = [] } = decodeResource("LDS", body) as { filterChains?: JsonObject[] };
      if (!name.startsWith("inbound_") && name !== "virtualInbound") continue;
      for (const chain of filterChains) if (String(chain.name).endsWith(`_${port}`)) collectPolicies(chain, found);
    }
    return found;
  }
}

/** Rules of those that an authorizer is asked by are in the shadow of the filter, which refuses nothing itself. */
function collectPolicies(value: JsonValue | undefined, found: Set<string>, isAsked = false): void {
  if (value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const each of value) collectPolicies(each, found, isAsked);
    return;
  }
  const { policies, action = "ALLOW", shadowRulesStatPrefix } = value;
  if (policies !== null && typeof policies === "object" && !Array.isArray(policies))
    for (const [name, rule] of Object.entries(policies)) {
      // Of chains that have nobody asked.
      if (JSON.stringify(rule).includes("_shadow_engine_result")) continue;
      const [, namespace, policy] = /^ns\[(.*)\]-policy\[(.*)\]-rule\[\d+\]$/.exec(name) ?? [];
      if (policy !== undefined) found.add(`${isAsked ? "CUSTOM" : String(action)} ${namespace}/${policy}`);
    }
  for (const [key, each] of Object.entries(value))
    collectPolicies(each, found, key === "shadowRules" ? isMark(shadowRulesStatPrefix) : isAsked);
}

const isMark = (prefix: JsonValue | undefined): boolean => String(prefix).startsWith("ext_authz_");
