// Whatever others declare, captured callers get listeners and virtual hosts that lead each connection to whom it is for.
import { describe, expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { allocateAddresses } from "#core/resolve/allocate-addresses.ts";
import { settingsOf, withExports } from "#core/resolve/mesh-settings.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import { VIRTUAL_ADDRESSES } from "#core/schema/virtual-addresses.ts";
import { parseAddress } from "#core/simulate/address.ts";
import { findFilterChain } from "#core/simulate/find-filter-chain.ts";
import { readListener } from "#core/simulate/read/listener.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { NAMES_METADATA } from "#core/xds/names-metadata.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { DOMAIN, networking } from "#server/envoy/testing/random-draw.ts";
import { law, NAMESPACES, sidecar } from "#server/envoy/testing/random-law.ts";
import { hash, MESH } from "#server/envoy/testing/random-world.ts";
import { ReadBack } from "#server/envoy/testing/read-back.ts";
import { seed } from "#testing/fc.ts";

const [PREFIX = ""] = VIRTUAL_ADDRESSES.split(".0.0/");

/** A service that says it is at `addresses`, which servers refuse and may hold from before. */
function storedAt(
  name: string,
  addresses: readonly string[],
  protocol: string,
  number: number,
  metadata: { readonly creationTimestamp?: string } = {},
): AnyResource {
  const entry = networking("ServiceEntry", name, "prod", {
    hosts: [`${name}.stored.test`],
    resolution: "STATIC",
    ports: [{ name: "a", number, protocol }],
    endpoints: [{ address: "10.0.0.1" }],
  });
  return entry.kind === "ServiceEntry"
    ? {
        ...entry,
        metadata: { ...entry.metadata, ...metadata },
        spec: { ...entry.spec, addresses: [...addresses] },
      }
    : entry;
}

/** Where hosts of the worlds are that nobody older takes the place of. */
const VIRTUAL = [
  ...allocateAddresses(
    declareServices(
      ["s0", "s1", "s2", "s3"].flatMap((service) =>
        ["default", "prod"].map((namespace) =>
          networking("ServiceEntry", service, namespace, {
            hosts: [`${service}.${namespace}.${DOMAIN}`],
            resolution: "STATIC",
            ports: [{ name: "http", number: 80, protocol: "HTTP" }],
          }),
        ),
      ),
    ),
  ).virtual.values(),
];

const STORED = [
  storedAt("any", ["0.0.0.0"], "TCP", 80),
  storedAt("every", ["0.0.0.0/0"], "TCP", 9080),
  storedAt("mesh", [VIRTUAL_ADDRESSES], "TCP", 80),
  storedAt("thief", VIRTUAL, "HTTP", 80),
  storedAt("thief-of-connections", VIRTUAL, "TCP", 9080),
];

const named = (namespace: string): ProxyNode => {
  const base = sidecar(namespace, "caller");
  return { ...base, metadata: { ...base.metadata, DNS_CAPTURE: true } };
};

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    each instanceof Uint8Array ? Buffer.from(each).toString("latin1") : typeof each === "bigint" ? String(each) : each,
  );

/** Host → the addresses by which the agent answers for it. */
function answered(proxy: ReadBack): Map<string, readonly string[]> {
  return new Map(
    [...proxy.clusters().values()].flatMap(({ name, metadata }) => {
      const said = metadata?.filterMetadata[NAMES_METADATA]?.addresses;
      return Array.isArray(said) ? [[name.split("|")[3] ?? "", said.map(String)]] : [];
    }),
  );
}

const readOf = (snapshot: Snapshot, node: ProxyNode) => new ReadBack(createCompiler(snapshot, { hash }).open(node));

/** Listeners of calls, and the addresses and names that lead anywhere. */
function outbound(proxy: ReadBack): object {
  const listeners = proxy.listeners().filter(({ name }) => name !== "virtualInbound");
  const sorted = (map: ReadonlyMap<string, readonly string[]>) =>
    [...map].map(([key, values]) => [key, [...values].sort()]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return {
    listeners: listeners.map((each) => textOf(each)).sort(),
    domains: sorted(
      new Map([...proxy.domains()].map(([table, domains]) => [table, domains.filter((each) => isIpAddress(each))])),
    ),
    names: sorted(answered(proxy)),
  };
}

/** Names of the listeners of calls of whoever has these services alone. */
function listenersBeside(...resources: readonly AnyResource[]): readonly string[] {
  const proxy = readOf({ revision: 1, mesh: MESH, resources, instances: [] }, named("default"));
  return proxy.listeners().map(({ name }) => name);
}

test("a service whose addresses are others', or are not captured, does not get the whole port instead", () => {
  const own = storedAt("a", ["10.5.5.5"], "TCP", 3306);
  expect(listenersBeside(own, storedAt("b", ["10.5.5.5"], "TCP", 3306))).not.toContain("0.0.0.0_3306");
  expect(listenersBeside(storedAt("c", ["2001:db8::1"], "TCP", 3306))).not.toContain("0.0.0.0_3306");
  expect(listenersBeside(own)).toContain("10.5.5.5_3306");
});

/** Cluster of a TLS connection of the same caller, as the simulator finds its filter chain; undefined where it is closed. */
function clusterOfTls(resources: readonly AnyResource[], serverName: string, to: string): string | undefined {
  const proxy = readOf({ revision: 1, mesh: MESH, resources, instances: [] }, named("default"));
  const listener = proxy.listeners().find(({ name }) => name === "0.0.0.0_443");
  const local = parseAddress(to);
  if (listener === undefined || local === undefined) throw new Error("there is no listener, or no address");
  const read = readListener(listener);
  const { chain } = findFilterChain(read, {
    connection: {
      ...{ remote: parseAddress("10.0.0.9"), local, localPort: 443, speaks: "tcp" },
      tls: { serverName, alpn: [], peer: undefined },
    },
    transportProtocol: "tls",
    serverName,
    applicationProtocols: [],
  });
  return chain?.serves?.kind === "tcp" ? chain.serves.clusters[0] : undefined;
}

test("a connection into somebody's range that asks for another server name goes where it was meant to", () => {
  const office = storedAt("office", ["10.30.0.0/16"], "TLS", 443);
  expect(clusterOfTls([office], "office.stored.test", "10.30.1.2")).toBe("outbound|443||office.stored.test");
  expect(clusterOfTls([office], "other.test", "10.30.1.2")).toBe("PassthroughCluster");
  expect(clusterOfTls([office], "other.test", "10.31.1.2")).toBe("PassthroughCluster");
});

test("a range that two write is the older one's, whatever they are called", () => {
  const made = (name: string, creationTimestamp: string) =>
    storedAt(name, ["10.30.0.0/16"], "TCP", 443, { creationTimestamp });
  const [early, late] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
  for (const [older, younger] of [
    ["a", "b"],
    ["b", "a"],
  ] as const)
    expect(clusterOfTls([made(older, early), made(younger, late)], "", "10.30.1.2")).toBe(
      `outbound|443||${older}.stored.test`,
    );
});

describe(`FUZZ_SEED=${seed}`, () => {
  test("no domain is two virtual hosts' of one route configuration", () =>
    law(
      ({ read }) => {
        for (const namespace of NAMESPACES)
          for (const takesVirtualHosts of [true, false]) {
            const proxy = read({ ...named(namespace), takesVirtualHosts });
            for (const [table, domains] of proxy.domains())
              expect(domains, `${table} for ${namespace}`).toEqual([...new Set(domains)]);
          }
      },
      { about: ["ServiceEntry", "VirtualService"], more: STORED, runs: 10 },
    ));

  test("requests on a port of HTTP are routed whatever else the port has", () =>
    law(
      ({ read }) => {
        for (const namespace of NAMESPACES) {
          const proxy = read(named(namespace));
          const listeners = new Map(proxy.listeners().map((each) => [each.name, each]));
          for (const { name } of proxy.routeConfigs()) {
            if (!/^\d+$/.test(name)) continue;
            const shared = listeners.get(`0.0.0.0_${name}`);
            expect(shared?.bindToPort, `0.0.0.0_${name} for ${namespace}`).toBe(false);
            const http = (shared?.filterChains ?? []).filter((chain) =>
              textOf(chain).includes("HttpConnectionManager"),
            );
            expect(http.map(({ filterChainMatch: match }) => match?.prefixRanges ?? [])).toEqual([[]]);
            for (const { filterChainMatch: match } of shared?.filterChains ?? [])
              for (const { addressPrefix } of match?.prefixRanges ?? [])
                expect(addressPrefix.startsWith(`${PREFIX}.`) || addressPrefix === "0.0.0.0").toBe(false);
          }
        }
      },
      { about: ["ServiceEntry"], more: STORED, runs: 10 },
    ));

  test("an address of the mesh's own is one host's, whose name it is, and has no other's listener", () =>
    law(
      ({ read }) => {
        for (const namespace of NAMESPACES) {
          const proxy = read(named(namespace));
          const owners = new Map<string, string>();
          for (const [host, addresses] of answered(proxy))
            for (const address of addresses.filter((each) => each.startsWith(`${PREFIX}.`))) {
              expect(owners.get(address) ?? host).toBe(host);
              owners.set(address, host);
            }
          for (const { name, filterChains } of proxy.listeners()) {
            const [address = ""] = name.split("_");
            const owner = owners.get(address);
            if (address.startsWith(`${PREFIX}.`)) expect(owner, name).toBeDefined();
            if (owner?.endsWith(DOMAIN)) expect(textOf(filterChains), name).not.toContain("stored.test");
          }
        }
      },
      { about: ["ServiceEntry"], more: STORED, runs: 10 },
    ));

  test("what callers do not see decides nothing of where their connections go", () =>
    law(
      ({ snapshot }) => {
        const { mesh } = snapshot;
        // A pattern is for hosts that somebody names, whoever sees that.
        const resources = snapshot.resources.filter(
          ({ kind, spec }) => kind !== "VirtualService" || !JSON.stringify(spec.hosts ?? []).includes("*"),
        );
        const { exportTo, providers } = settingsOf(mesh, resources);
        const seen = withExports(resources, exportTo);
        // Where proxies log and trace to, the mesh says, whoever sees that.
        const provided = JSON.stringify(providers);
        for (const namespace of NAMESPACES) {
          const visible = seen.filter((each) => {
            if (each.kind !== "ServiceEntry" && each.kind !== "VirtualService") return true;
            if (each.kind === "ServiceEntry" && each.spec.hosts.some((host) => provided.includes(host))) return true;
            // Those without hosts are delegated to by others.
            if (each.kind === "VirtualService" && each.spec.hosts === undefined) return true;
            return isVisible(each.spec.exportTo, each.metadata.namespace, namespace);
          });
          const node = named(namespace);
          expect(outbound(readOf({ ...snapshot, resources }, node)), namespace).toEqual(
            outbound(readOf({ ...snapshot, resources: visible }, node)),
          );
        }
      },
      { about: ["ServiceEntry", "VirtualService"], runs: 10 },
    ));
});
