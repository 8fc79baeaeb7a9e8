import { expect, test } from "vitest";
import { NO_OPERATIONS } from "#core/simulate/read/header-operations.ts";
import { NOTHING_PER_FILTER, type RouteTable } from "#core/simulate/route.ts";
import { VirtualHosts, withoutPort } from "#core/simulate/virtual-hosts.ts";

function table(domains: readonly string[], ignoresPort = false): VirtualHosts {
  const common = { request: NO_OPERATIONS, response: NO_OPERATIONS, perFilter: NOTHING_PER_FILTER };
  const made: RouteTable = {
    ...common,
    name: "t",
    isDiscovered: false,
    ignoresPort,
    limits: new Map(),
    mostSpecificWins: false,
    virtualHosts: domains.map((domain) => ({
      ...common,
      name: domain,
      domains: [domain],
      routes: [],
      requiresTls: "none",
      countsAttempts: false,
    })),
  };
  return new VirtualHosts(made, []);
}

test.each([
  ["exact before all wildcards", ["*", "*.example.com", "a.example.com"], "a.example.com", "a.example.com"],
  ["the longest suffix", ["*.com", "*.example.com"], "a.example.com", "*.example.com"],
  ["a suffix before a prefix", ["a.*", "*.com"], "a.com", "*.com"],
  ["the longest prefix", ["a.*", "a.b.*"], "a.b.c", "a.b.*"],
  ["a wildcard stands for something", ["*.example.com"], ".example.com", undefined],
  ["whatever its case", ["A.example.com"], "a.EXAMPLE.com", "A.example.com"],
  ["a port is part of the name", ["a.com"], "a.com:80", undefined],
  ["else any", ["*", "b.com"], "a.com", "*"],
] as const)("finds a virtual host by %s", (_, domains, host, expected) => {
  expect(table(domains).find(host)?.name).toBe(expected);
});

test("looks past a port where the table says so", () => {
  expect(table(["a.com"], true).find("a.com:8080")?.name).toBe("a.com");
});

test.each([
  ["a:80", "a"],
  ["[::1]:80", "[::1]"],
  ["[::1]", "[::1]"],
  ["::1", "::1"],
  ["a", "a"],
])("takes the port off %s", (authority, expected) => {
  expect(withoutPort(authority)).toBe(expected);
});
