import { expect, test } from "vitest";
import type { ServiceDeclaration } from "#core/model/service.ts";
import { allocateAddresses } from "#core/resolve/allocate-addresses.ts";

function declare(hosts: readonly string[], over: Partial<ServiceDeclaration> = {}): ServiceDeclaration {
  return {
    source: { ref: "ServiceEntry/default/a", path: [] },
    namespace: "default",
    labels: {},
    hosts,
    ports: [{ number: 80, name: "http" }],
    resolution: "static",
    isInMesh: true,
    selector: undefined,
    exportTo: [],
    subjectAltNames: [],
    addresses: [],
    endpoints: [],
    ...over,
  };
}

test("hosts without an address get one, patterns and those that go where callers say do not", () => {
  const { virtual } = allocateAddresses([
    declare(["a.test", "b.test"]),
    declare(["*.c.test"]),
    declare(["d.test"], { resolution: "none" }),
    declare(["e.test"], { addresses: ["10.0.0.1"] }),
    declare(["f.test"], { ports: [] }),
  ]);
  expect([...virtual.keys()]).toEqual(["a.test", "b.test"]);
});

test("who is said to be at an address is kept in the order of age, without ranges, and however it is written", () => {
  const { claimants } = allocateAddresses([
    declare(["a.test"], {
      addresses: ["10.0.0.1/32", "10.0.0.0/8", "2001:DB8:0::1", "2001:db8::2/128", "2001:db8::/32"],
    }),
    declare(["b.test", "c.test"], { addresses: ["10.0.0.1"], source: { ref: "ServiceEntry/default/b", path: [] } }),
  ]);
  expect(Object.fromEntries(claimants)).toEqual({
    "10.0.0.1": [
      { host: "a.test", declaredBy: "ServiceEntry/default/a" },
      { host: "b.test", declaredBy: "ServiceEntry/default/b" },
      { host: "c.test", declaredBy: "ServiceEntry/default/b" },
    ],
    "2001:db8::1": [{ host: "a.test", declaredBy: "ServiceEntry/default/a" }],
    "2001:db8::2": [{ host: "a.test", declaredBy: "ServiceEntry/default/a" }],
  });
});

test("a host keeps its address when somebody else writes addresses for it, or goes where callers say", () => {
  const { virtual } = allocateAddresses([declare(["a.test"])]);
  const more = [declare(["a.test"], { addresses: ["10.0.0.1"] }), declare(["a.test"], { resolution: "none" })];
  expect(allocateAddresses([...more, declare(["a.test"])]).virtual).toEqual(virtual);
});

test("thousands of hosts have addresses of their own, which younger ones do not take and whose place nobody else shifts", () => {
  const hosts = Array.from({ length: 20_000 }, (_, index) => `s${index}.default.svc.cluster.local`);
  const all = allocateAddresses(hosts.map((host) => declare([host]))).virtual;
  expect(new Set(all.values()).size).toBe(hosts.length);
  for (const address of all.values()) expect(address).toMatch(/^240\.240\.\d{1,3}\.(?!0$|255$)\d{1,3}$/);
  const older = allocateAddresses(hosts.slice(0, 10_000).map((host) => declare([host]))).virtual;
  for (const [host, address] of older) expect(all.get(host)).toBe(address);
  // Without one of them the others stay, but for those that had to make way for it.
  const without = allocateAddresses(hosts.slice(1).map((host) => declare([host]))).virtual;
  const moved = [...without].filter(([host, address]) => all.get(host) !== address);
  expect(moved.length).toBeLessThan(5);
});
