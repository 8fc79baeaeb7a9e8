import { clone, create } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type Extension, type ExtensionPhase, matchesTraffic } from "#core/resolve/extensions.ts";
import {
  type Filter,
  type FilterChain,
  FilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  HttpFilterSchema,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { encodeExtension } from "#server/envoy/extensions/encode-extension.ts";
import { PHASES } from "#server/envoy/features/http-filter.ts";
import { phaseOfFilter } from "#server/envoy/features/http-filters.ts";

const HTTP_MANAGER = "envoy.filters.network.http_connection_manager";
/** Behind which of a connection's own filters nothing of a phase stands, as in Istio. */
const CONNECTION_POLICIES = "envoy.filters.network.rbac";
const TERMINAL = new Set([HTTP_MANAGER, "envoy.filters.network.tcp_proxy"]);

/** Before which of Pharos' phases the extensions of one stand. */
const BEFORE = {
  AUTHN: "authentication",
  AUTHZ: "authorization",
  STATS: "limits",
  UNSPECIFIED: "limits",
} as const satisfies Readonly<Record<ExtensionPhase, (typeof PHASES)[number]>>;

/**
 * A listener with what runs in it, in its order, and which of the extensions do; the same one where none does. `ports` are those by which
 * people know it, beside those that its chains are for or its own. What is given stays as it is.
 */
export function extendListener(
  given: Listener,
  extensions: readonly Extension[],
  side: "CLIENT" | "SERVER",
  ports: readonly number[],
): { readonly listener: Listener; readonly used: readonly Extension[] } {
  if (extensions.length === 0) return { listener: given, used: [] };
  const listener = clone(ListenerSchema, given);
  const used = new Set<Extension>();
  const chains = [...listener.filterChains, ...(listener.defaultFilterChain ? [listener.defaultFilterChain] : [])];
  for (const chain of chains) {
    // It leads nowhere.
    if (chain.name === "virtualOutbound-blackhole") continue;
    const port = ports[0] ?? chain.filterChainMatch?.destinationPort ?? portOf(listener);
    const own = extensions.filter((each) => matchesTraffic(each, side, port));
    for (const each of extendChain(chain, own)) used.add(each);
  }
  // In their own order, whichever chain has one first: the listener is built again with these.
  return used.size === 0
    ? { listener: given, used: [] }
    : { listener, used: extensions.filter((each) => used.has(each)) };
}

function portOf({ address }: Listener): number | undefined {
  const socket = address?.address;
  if (socket?.case !== "socketAddress") return undefined;
  return socket.value.portSpecifier.case === "portValue" ? socket.value.portSpecifier.value : undefined;
}

/** Returns those that it came to hold. */
function extendChain(chain: FilterChain, extensions: readonly Extension[]): readonly Extension[] {
  const ofRequests = extensions.filter(({ isHttp }) => isHttp);
  const ofConnections = extensions.filter(({ isHttp }) => !isHttp);
  let hasRequests = false;
  for (const filter of chain.filters) {
    if (filter.name !== HTTP_MANAGER || filter.configType.case !== "typedConfig" || ofRequests.length === 0) continue;
    const manager = anyUnpack(filter.configType.value, HttpConnectionManagerSchema);
    if (manager === undefined) continue;
    hasRequests = true;
    for (const each of ofRequests) insertHttp(manager, each);
    filter.configType = { case: "typedConfig", value: anyPack(HttpConnectionManagerSchema, manager) };
  }
  for (const each of ofConnections) insertNetwork(chain.filters, each);
  return [...(hasRequests ? ofRequests : []), ...ofConnections];
}

function insertHttp(manager: HttpConnectionManager, extension: Extension): void {
  const before = PHASES.indexOf(BEFORE[extension.phase]);
  const at = manager.httpFilters.findIndex(({ name }) => {
    const phase = phaseOfFilter(name);
    return phase !== undefined && PHASES.indexOf(phase) >= before;
  });
  const { name = "", configType } = encodeExtension(extension);
  manager.httpFilters.splice(
    at < 0 ? manager.httpFilters.length : at,
    0,
    create(HttpFilterSchema, { name, ...(configType?.case === "typedConfig" ? { configType } : {}) }),
  );
}

function insertNetwork(filters: Filter[], extension: Extension): void {
  const isBeforePolicies = extension.phase === "AUTHN" || extension.phase === "AUTHZ";
  const at = filters.findIndex(
    ({ name }) => TERMINAL.has(name) || (isBeforePolicies && name.startsWith(CONNECTION_POLICIES)),
  );
  filters.splice(at < 0 ? filters.length : at, 0, create(FilterSchema, encodeExtension(extension)));
}
