import { fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { PatchContext } from "#core/resolve/envoy-patches.ts";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { REGISTRY } from "#proto/registry.ts";
import { addedListeners, patchListener } from "#server/envoy/patches/patch-listener.ts";
import { patchesOfText } from "#server/envoy/testing/patches-of-text.ts";

const TYPES = "type.googleapis.com/envoy.extensions.filters";
const manager = (...names: string[]) => ({
  name: "envoy.filters.network.http_connection_manager",
  typedConfig: {
    "@type": `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    statPrefix: "x",
    httpFilters: names.map((name) => ({ name, typedConfig: { "@type": `${TYPES}.http.fault.v3.HTTPFault` } })),
  },
});
const tcp = (cluster: string) => ({
  name: "envoy.filters.network.tcp_proxy",
  typedConfig: { "@type": `${TYPES}.network.tcp_proxy.v3.TcpProxy`, statPrefix: cluster, cluster },
});
const listener = (
  name: string,
  port: number,
  filterChains: readonly object[],
  listenerFilters: readonly string[] = [],
) =>
  fromJson(
    ListenerSchema,
    {
      name,
      address: { socketAddress: { address: "0.0.0.0", portValue: port } },
      listenerFilters: listenerFilters.map((each) => ({ name: each })),
      filterChains,
    } as unknown as JsonValue,
    { registry: REGISTRY },
  );
const VIRTUAL = () =>
  listener("virtualInbound", 15006, [
    { name: "a", filterChainMatch: { destinationPort: 9080 }, filters: [manager("one", "two", "router")] },
    { name: "b", filterChainMatch: { destinationPort: 3306, transportProtocol: "tls" }, filters: [tcp("x")] },
  ]);

/** Chains as `name: filter filter(http http)`. */
function shown(given: ReturnType<typeof VIRTUAL> | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const json = toJson(ListenerSchema, given, { registry: REGISTRY }) as {
    readonly filterChains?: readonly {
      readonly name?: string;
      readonly filters?: readonly (Pick<ReturnType<typeof manager>, "name"> & Partial<ReturnType<typeof manager>>)[];
    }[];
  };
  return (json.filterChains ?? []).map(
    ({ name = "", filters = [] }) =>
      `${name}: ${filters
        .map((filter) => {
          const inside = filter.typedConfig?.httpFilters?.map((each) => each.name) ?? [];
          return inside.length > 0 ? inside.join(" ") : filter.name.replace(/^.*\./, "");
        })
        .join(", ")}`,
  );
}

function patch(
  text: string,
  context: PatchContext = "SIDECAR_INBOUND",
  given = VIRTUAL(),
  ports: readonly number[] = [],
) {
  const patches = patchesOfText(context, text);
  const before = toBinary(ListenerSchema, given);
  const result = patchListener(patches, given, ports);
  expect(toBinary(ListenerSchema, given), "what is given stays as it is").toEqual(before);
  return { chains: shown(result), made: patches.takeMade().map(({ path = "" }) => path.replace(/^.*\[/, "[")), result };
}

const HTTP =
  "match: { context: SIDECAR_INBOUND, listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: two } } } } }";

test.each([
  ["INSERT_BEFORE", HTTP, "one new two router"],
  ["INSERT_AFTER", HTTP, "one two new router"],
  ["INSERT_FIRST", HTTP, "new one two router"],
  ["REPLACE", HTTP, "one new router"],
  ["REMOVE", HTTP, "one router"],
  ["ADD", HTTP, "one two router new"],
  ["INSERT_BEFORE", "match: { context: ANY }", "new one two router"],
  ["INSERT_AFTER", "match: {}", "one two router new"],
  ["REPLACE", "match: {}", undefined],
  ["REMOVE", "match: {}", undefined],
  ["INSERT_BEFORE", HTTP.replace("name: two", "name: nobody"), undefined],
  ["INSERT_BEFORE", HTTP.replace("SIDECAR_INBOUND", "GATEWAY"), undefined],
  ["INSERT_BEFORE", HTTP.replace("listener: {", "listener: { portNumber: 9080,"), "one new two router"],
  ["INSERT_BEFORE", HTTP.replace("listener: {", "listener: { portNumber: 9090,"), undefined],
])("an HTTP filter: %s, %s", (operation, match, expected) => {
  const { chains, made } = patch(
    `[{ applyTo: HTTP_FILTER, ${match}, patch: { operation: ${operation}, value: { name: new } } }]`,
  );
  expect(chains?.[0]).toBe(`a: ${expected ?? "one two router"}`);
  expect(made).toEqual(expected === undefined ? [] : ["[0]"]);
});

test("a filter's configuration is merged, and its name taken", () => {
  const { result, made } = patch(`
    - applyTo: HTTP_FILTER
      ${HTTP}
      patch:
        operation: MERGE
        value: { name: renamed, typed_config: { "@type": ${TYPES}.http.fault.v3.HTTPFault, max_active_faults: 5 } }
    - applyTo: NETWORK_FILTER
      match: { listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } } }
      patch:
        operation: MERGE
        value:
          typed_config:
            "@type": ${TYPES}.network.http_connection_manager.v3.HttpConnectionManager
            xff_num_trusted_hops: 2
  `);
  const json = JSON.stringify(toJson(ListenerSchema, result as NonNullable<typeof result>, { registry: REGISTRY }));
  expect(json).toContain(
    `"name":"renamed","typedConfig":{"maxActiveFaults":5,"@type":"${TYPES}.http.fault.v3.HTTPFault"}`,
  );
  expect(json).toContain(`"xffNumTrustedHops":2`);
  expect(made).toEqual(["[1]", "[0]"]);
});

test.each([
  ["a chain's name", "name: b", ["a: one two router"]],
  ["the port of a chain", "destinationPort: 9080", ["b: tcp_proxy"]],
  ["the transport of a chain", "transportProtocol: tls", ["a: one two router"]],
  ["names for TLS", "sni: a.example", ["a: one two router", "b: tcp_proxy"]],
])("chains are found by %s", (_, match, expected) => {
  const text = `[{ applyTo: FILTER_CHAIN, match: { listener: { filterChain: { ${match} } } }, patch: { operation: REMOVE } }]`;
  expect(patch(text).chains).toEqual(expected);
});

test("chains and network filters are added, and those that come are not patched by the same EnvoyFilter", () => {
  const { chains } = patch(`
    - { applyTo: FILTER_CHAIN, patch: { operation: ADD, value: { name: c, filters: [{ name: x.y }] } } }
    - applyTo: NETWORK_FILTER
      match: { listener: { filterChain: { filter: { name: envoy.filters.network.tcp_proxy } } } }
      patch: { operation: INSERT_BEFORE, value: { name: new } }
  `);
  expect(chains).toEqual(["a: one two router", "b: new, tcp_proxy", "c: y"]);
});

test("a listener is known by its name, its port and the port that people write", () => {
  const remove = (match: string, ports: readonly number[] = []) =>
    patch(
      `[{ applyTo: LISTENER, match: { listener: { ${match} } }, patch: { operation: REMOVE } }]`,
      "GATEWAY",
      listener("0.0.0.0_18080", 18080, []),
      ports,
    ).result;
  expect(remove("name: 0.0.0.0_18080")).toBeUndefined();
  expect(remove("portNumber: 18080")).toBeUndefined();
  expect(remove("portNumber: 80", [80])).toBeUndefined();
  expect(remove("portNumber: 80")).toBeDefined();
});

test("listeners for any context are added for calls alone", () => {
  const text = `
    - { applyTo: LISTENER, patch: { operation: ADD, value: { name: any } } }
    - { applyTo: LISTENER, match: { context: SIDECAR_INBOUND }, patch: { operation: INSERT_FIRST, value: { name: inbound } } }
  `;
  expect(addedListeners(patchesOfText("SIDECAR_INBOUND", text), true).map(({ message }) => message.name)).toEqual([
    "inbound",
  ]);
  expect(addedListeners(patchesOfText("SIDECAR_OUTBOUND", text), false).map(({ message }) => message.name)).toEqual([
    "any",
  ]);
});

test("listener filters are ordered by their names", () => {
  const text = `
    - { applyTo: LISTENER_FILTER, match: { listener: { listenerFilter: b } }, patch: { operation: INSERT_BEFORE, value: { name: x } } }
    - { applyTo: LISTENER_FILTER, match: { listener: { listenerFilter: a } }, patch: { operation: REMOVE } }
  `;
  const { result } = patch(text, "SIDECAR_OUTBOUND", listener("l", 1, [], ["a", "b"]));
  expect(result?.listenerFilters.map(({ name }) => name)).toEqual(["x", "b"]);
});
