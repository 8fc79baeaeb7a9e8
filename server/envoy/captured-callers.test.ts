// Whatever others declare, captured callers get listeners and virtual hosts that lead each connection to whom it is for.
import { describe, expect, test } from "vitest";
import { allocateAddresses } from "#core/resolve/allocate-addresses.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { VIRTUAL_ADDRESSES } from "#core/schema/virtual-addresses.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { NAMES_METADATA } from "#core/xds/names-metadata.ts";
import { DOMAIN, networking } from "#server/envoy/testing/random-draw.ts";
import { law, NAMESPACES, seed, sidecar } from "#server/envoy/testing/random-law.ts";
import type { ReadBack } from "#server/envoy/testing/read-back.ts";

const [PREFIX = ""] = VIRTUAL_ADDRESSES.split(".0.0/");

/** A service that says it is at `addresses`, which servers refuse and may hold from before. */
function storedAt(name: string, addresses: readonly string[], protocol: string, number: number): AnyResource {
  const entry = networking("ServiceEntry", name, "prod", {
    hosts: [`${name}.stored.test`],
    resolution: "STATIC",
    ports: [{ name: "a", number, protocol }],
    endpoints: [{ address: "10.0.0.1" }],
  });
  return entry.kind === "ServiceEntry" ? { ...entry, spec: { ...entry.spec, addresses: [...addresses] } } : entry;
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
});
