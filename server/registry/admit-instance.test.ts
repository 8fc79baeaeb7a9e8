import { describe, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import type { WorkloadGroupSpec } from "#core/kinds/workload-group/schema.ts";
import type { Resource } from "#core/resource/resource.ts";
import {
  type AdmissionContext,
  admitInstance,
  type Registrant,
  type Registration,
} from "#server/registry/admit-instance.ts";

const group = (name: string, spec: WorkloadGroupSpec): Resource<"WorkloadGroup"> => ({
  apiVersion: "networking.istio.io/v1",
  kind: "WorkloadGroup",
  metadata: { name, namespace: "default" },
  spec,
});
const SHOP = group("shop", {
  metadata: { labels: { team: "till" } },
  template: { serviceAccount: "shop", ports: { http: 9080 }, weight: 3, labels: { tier: "front" } },
});
const CALLER: Registrant = { namespace: "default", serviceAccount: "shop", address: "10.0.0.7" };
const SAID: Registration = {
  namespace: "default",
  name: "shop-0",
  group: "shop",
  labels: {},
  serviceAccount: "shop",
  address: "",
  ports: [{ name: "http", appPort: 9081, inboundPort: 19_081 }],
  health: "healthy",
  locality: "",
  weight: 0,
};
const CONTEXT: AdmissionContext = {
  group: SHOP,
  groups: ["shop", "ratings", "ratings-v1", "shop-v2"],
  hasToken: false,
  addresses: {
    allowed: [],
    isLoopbackMesh: false,
    ownAddresses: () => ["192.168.7.4", "fd00::4"],
    isServers: () => false,
  },
};
const admit = (
  said: Partial<Registration> = {},
  caller: Partial<Registrant> = {},
  context: Partial<AdmissionContext> = {},
) => admitInstance({ ...SAID, ...said }, { ...CALLER, ...caller }, { ...CONTEXT, ...context });

test("labels and weight are the group's, the account the certificate's, the address the connection's", () => {
  expect(admit()).toEqual({
    namespace: "default",
    name: "shop-0",
    workload: "shop",
    labels: { tier: "front", team: "till" },
    serviceAccount: "shop",
    address: "10.0.0.7",
    ports: [{ name: "http", appPort: 9081, inboundPort: 19_081 }],
    health: "healthy",
    locality: "",
    weight: 3,
  });
});

test("where it runs is its own to say, inside of where its group is", () => {
  expect(admit({ locality: "eu/a/1" }).locality).toBe("eu/a/1");
  const template = { ...SHOP.spec.template, locality: "eu/a" };
  const group = { ...SHOP, spec: { ...SHOP.spec, template } };
  expect(admit({}, {}, { group }).locality).toBe("eu/a");
  expect(admit({ locality: "eu/a/1" }, {}, { group }).locality).toBe("eu/a/1");
  for (const locality of ["us", "eu", "eu/ab"])
    expect(() => admit({ locality }, {}, { group })).toThrow(/says .*, which is not in eu\/a/);
});

test("to say what the group says is no contradiction, and what is not said is the group's or the certificate's", () => {
  const agreed = { labels: { team: "till" }, weight: 3, address: "10.0.0.7" };
  expect(admit(agreed)).toEqual(admit());
  expect(admit({ namespace: "", serviceAccount: "" })).toEqual(admit());
  expect(admit({ ports: [] }).ports).toEqual([{ name: "http", appPort: 9080, inboundPort: 9080 }]);
  expect(admit({ ports: [{ name: "http", appPort: 9081, inboundPort: 0 }] }).ports[0]?.inboundPort).toBe(9081);
});

const port = (inboundPort: number, appPort = 9081, name = "http") => ({ ports: [{ name, appPort, inboundPort }] });
const LONG = "x".repeat(1_000_000);

describe("what somebody else has, nonsense, and too much are refused by name", () => {
  test.each<[keyof Registration, string, Partial<Registration>, string, RegExp]>([
    ["namespace", "another's", { namespace: "prod" }, "forbidden", /may not register instance shop-0 of "prod"/],
    ["serviceAccount", "another's", { serviceAccount: "ratings" }, "forbidden", /account "ratings"/],
    ["serviceAccount", "too long", { serviceAccount: LONG }, "forbidden", /account "x{100}"/],
    [
      "name",
      "kept for another group",
      { name: "ratings-v1-0" },
      "forbidden",
      /kept for WorkloadGroup default\/ratings-v1/,
    ],
    ["name", "another group's own", { name: "ratings" }, "forbidden", /kept for WorkloadGroup default\/ratings,/],
    [
      "name",
      "of a group that begins alike",
      { name: "shop-v2-0" },
      "forbidden",
      /kept for WorkloadGroup default\/shop-v2/,
    ],
    ["name", "empty", { name: "" }, "invalid", /^name: ""/],
    ["name", "with a line end", { name: "a\nb" }, "invalid", /^name: "a\\nb"/],
    ["name", "with a slash", { name: "a/b" }, "invalid", /^name: /],
    ["name", "of 1 MB", { name: LONG }, "invalid", /^name: "x{100}"/],
    ["group", "none", { group: "" }, "invalid", /names no WorkloadGroup/],
    ["group", "of 1 MB", { group: LONG }, "invalid", /^group: "x{100}" is no/],
    [
      "labels",
      "of another service",
      { labels: { app: "ratings" } },
      "forbidden",
      /says app=ratings, but .*shop says no app/,
    ],
    ["labels", "that the group sets otherwise", { labels: { team: "ratings" } }, "forbidden", /says team=till/],
    ["labels", "of Object's own", { labels: { constructor: "x" } }, "forbidden", /says no constructor/],
    [
      "labels",
      "10,000",
      { labels: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`l${at}`, ""])) },
      "forbidden",
      /no l0/,
    ],
    [
      "labels",
      "with a line end",
      { labels: { "a\nb": "c\u001b[2J" } },
      "forbidden",
      /^instance default\/shop-0 says a b=c \[2J/,
    ],
    ["weight", "large", { weight: 100_000 }, "forbidden", /says weight 100000, but .* says 3/],
    ["locality", "no place", { locality: "us//b" }, "invalid", /^locality: "us\/\/b" .* is not region\/zone\/subzone/],
    ["locality", "too much of a place", { locality: "a/b/c/d" }, "invalid", /is not region\/zone\/subzone/],
    ["locality", "with a line end", { locality: "a\nb" }, "invalid", /is not region\/zone\/subzone/],
    [
      "ports",
      "of a service port that the group has not",
      port(19_081, 9081, "tcp"),
      "forbidden",
      /shop has no port tcp; it has http/,
    ],
    ["ports", "reserved", port(15_090), "invalid", /15090 of port http is reserved/],
    ["ports", "reserved by default", port(0, 15_006), "invalid", /15006/],
    ["ports", "above 65535", port(70_000), "invalid", /not 1 to 65535/],
    ["ports", "zero", port(0, 0), "invalid", /not 1 to 65535/],
    ["ports", "twice", { ports: [...SAID.ports, ...SAID.ports] }, "invalid", /http appears twice/],
    [
      "ports",
      "many",
      { ports: Array.from({ length: 65 }, () => ({ name: "http", appPort: 1, inboundPort: 1 })) },
      "invalid",
      /more than 64/,
    ],
    ["ports", "with a line end in its name", port(19_081, 9081, "http\n"), "invalid", /not a valid port name/],
    [
      "address",
      "a socket of callers' hosts",
      { address: "unix:///var/run/docker.sock" },
      "invalid",
      /not an IP address/,
    ],
    ["address", "a name", { address: "ratings.default.svc.cluster.local" }, "invalid", /not an IP address/],
    ["address", "octal", { address: "0251.0376.0251.0376" }, "invalid", /not an IP address/],
    ["address", "a zone", { address: "fe80::1%eth0" }, "invalid", /not an IP address/],
    ["address", "with a port", { address: "10.0.0.7:80" }, "invalid", /not an IP address/],
    ["address", "of 1 MB", { address: LONG }, "invalid", /"x{100}" is not an IP address/],
    ["address", "a cloud's metadata server", { address: "169.254.169.254" }, "forbidden", /linkLocal/],
    [
      "address",
      "that server within IPv6",
      { address: "::ffff:169.254.169.254" },
      "forbidden",
      /169\.254\.169\.254 \(linkLocal/,
    ],
    ["address", "multicast", { address: "224.0.0.1" }, "forbidden", /multicast/],
    ["address", "multicast, IPv6", { address: "ff02::1" }, "forbidden", /multicast/],
    ["address", "broadcast", { address: "255.255.255.255" }, "forbidden", /broadcast/],
    ["address", "unspecified", { address: "0.0.0.0" }, "forbidden", /unspecified/],
    ["address", "unspecified, IPv6", { address: "::" }, "forbidden", /unspecified/],
    [
      "address",
      "callers' own hosts",
      { address: "127.0.0.1" },
      "forbidden",
      /to every other host of this mesh, that host itself/,
    ],
    [
      "address",
      "another host",
      { address: "10.0.0.8" },
      "forbidden",
      /10\.0\.0\.8 is not where the agent connects from \(10\.0\.0\.7\)/,
    ],
  ])("%s: %s", (_, __, said, code, message) => {
    let refused: PharosError | undefined;
    try {
      admit(said);
    } catch (error) {
      refused = PharosError.from(error);
    }
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(refused?.message).not.toMatch(/\p{Cc}/u);
    expect(refused?.message.length).toBeLessThan(500);
  });
});

test("no instance is where the control plane itself listens; an application may be it, behind a proxy", () => {
  const listens = (address: string) => ({
    addresses: { ...CONTEXT.addresses, isServers: (at: string, on: number) => at === address && on === 20_001 },
  });
  const conflict = expect.objectContaining({
    code: "conflict",
    message: "ports: port http of instance default/shop-0 is at 10.0.0.7:20001, where the control plane itself listens",
  });
  expect(() => admit(port(20_001), {}, listens("10.0.0.7"))).toThrow(conflict);
  // Captured: the application's port is the inbound one.
  expect(() => admit(port(0, 20_001), {}, listens("10.0.0.7"))).toThrow(conflict);
  expect(() => admit(port(20_001), { address: "fd00::7" }, listens("fd00::7"))).toThrow(/at \[fd00::7\]:20001/);
  expect(admit(port(19_081, 20_001), {}, listens("10.0.0.7")).ports[0]?.inboundPort).toBe(19_081);
  expect(admit(port(20_001), {}, listens("10.0.0.8")).ports[0]?.inboundPort).toBe(20_001);
});

test.each([
  ["no control characters, nor marks that turn text round", "GET /\u001b[2J\r\nfails\u202e", "GET / [2J fails "],
  ["300 characters at most", LONG, "x".repeat(300)],
])("a reason is told with %s", (_, said, told) => {
  expect(admit({ health: "unhealthy", unhealthyReason: said }).unhealthyReason).toBe(told);
  expect(admit({ health: "healthy", unhealthyReason: said }).unhealthyReason).toBeUndefined();
});

test("the control plane's own account is no workload's", () => {
  const istio = { namespace: "istio-system", serviceAccount: "pharos" };
  expect(() => admit(istio, istio)).toThrow(expect.objectContaining({ code: "forbidden" }));
});

test("a group is for the account it names; where it names none, for those who joined with a token for it", () => {
  const other = group("shop", { template: { serviceAccount: "ratings" } });
  expect(() => admit({}, {}, { group: other })).toThrow(/is for account ratings, not shop/);
  expect(() => admit({}, {}, { group: other, hasToken: true })).toThrow(/is for account ratings, not shop/);
  const open = group("shop", { template: {} });
  expect(() => admit({}, {}, { group: open })).toThrow(/names no account, and no token for it was used by shop/);
  expect(admit({}, {}, { group: open, hasToken: true }).serviceAccount).toBe("shop");
  expect(() => admit({}, {}, { group: undefined })).toThrow(expect.objectContaining({ code: "not-found" }));
});

describe("an address beside the connection's own", () => {
  const at = (
    address: string,
    caller: Partial<Registrant> = {},
    addresses: Partial<AdmissionContext["addresses"]> = {},
  ) => admit({ address }, caller, { addresses: { ...CONTEXT.addresses, ...addresses } }).address;

  test("is the group's, or within what the server allows", () => {
    const fixed = { group: group("shop", { template: { serviceAccount: "shop", address: "172.16.0.9" } }) };
    expect(admit({}, {}, fixed).address).toBe("172.16.0.9");
    expect(admit({ address: "172.16.0.9" }, {}, fixed).address).toBe("172.16.0.9");
    expect(at("192.168.1.1", {}, { allowed: ["fd00::/8", "192.168.0.0/16"] })).toBe("192.168.1.1");
    expect(at("127.0.0.1", {}, { allowed: ["127.0.0.0/8"] })).toBe("127.0.0.1");
    expect(() => at("169.254.169.254", {}, { allowed: ["0.0.0.0/0"] })).toThrow(/linkLocal/);
    expect(() => at("10.0.0.8", {}, { allowed: ["fd00::/8"] })).toThrow(/not where the agent connects from/);
    const name = { group: group("shop", { template: { serviceAccount: "shop", address: "db.example.com" } }) };
    expect(() => admit({}, {}, name)).toThrow(/not an IP address/);
  });

  test("is any of this machine's own for an agent beside the server, and loopback where all of the mesh is here", () => {
    const beside = { address: "127.0.0.1" };
    expect(at("192.168.7.4", beside)).toBe("192.168.7.4");
    expect(at("fd00:0:0::4", { address: "::1" })).toBe("fd00::4");
    expect(() => at("192.168.7.5", beside)).toThrow(/not where/);
    expect(() => at("", beside)).toThrow(/that host itself/);
    expect(at("", beside, { isLoopbackMesh: true })).toBe("127.0.0.1");
    expect(at("127.0.0.2", beside, { isLoopbackMesh: true })).toBe("127.0.0.2");
    expect(() => at("127.0.0.1", {}, { isLoopbackMesh: true })).toThrow(/not where/);
  });

  test("is in its usual form, whatever the form it came in", () => {
    expect(at("", { address: "::ffff:10.0.0.7" })).toBe("10.0.0.7");
    expect(at("::ffff:10.0.0.7")).toBe("10.0.0.7");
    expect(at("2001:DB8:0::1", { address: "2001:db8::1" })).toBe("2001:db8::1");
    expect(() => at("", { address: "" })).toThrow(/"" is not an IP address/);
  });
});
