// The cases are those of Istio's `loadbalancer_test.go`, and of what stands in its code without one.
import { describe, expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { withTopology } from "#core/model/locality.ts";
import {
  comparedLabels,
  dependsOnCaller,
  groupEndpoints,
  localityRule,
  weighsLocalities,
} from "#core/resolve/locality-load.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import type { Labels } from "#core/resource/labels.ts";

type Setting = NonNullable<NonNullable<TrafficSettings["loadBalancer"]>["localityLbSetting"]>;

function endpoint(locality: string, weight = 1, labels: Labels = {}): Endpoint {
  return {
    address: "10.0.0.1",
    port: 80,
    labels: withTopology(labels, locality),
    locality,
    takesMtls: false,
    serviceAccount: undefined,
    workload: undefined,
    isRegistered: false,
    weight,
    health: "healthy",
  };
}

const rule = (localityLbSetting?: Setting, detects = true, mesh: Setting = { enabled: true }) =>
  localityRule(
    {
      ...(localityLbSetting === undefined ? {} : { loadBalancer: { localityLbSetting } }),
      ...(detects ? { outlierDetection: {} } : {}),
    },
    { ...DEFAULT_PROXY_SETTINGS, locality: mesh },
  );

/** `locality priority weight` of each group. */
const order = (setting: Setting | undefined, from: string, endpoints: readonly Endpoint[], labels: Labels = {}) =>
  groupEndpoints(endpoints, rule(setting), { locality: from, labels }).map(
    ({ locality, priority, weight }) => `${locality} ${priority} ${weight}`,
  );

const PLACES = ["r1/z1/s1", "r1/z1/s2", "r1/z2/s1", "r2/z1/s1", "r3/z1/s1"].map((each) => endpoint(each));

describe("the nearest come first", () => {
  test.each<[string, Setting | undefined, string, string[]]>([
    [
      "by subzone, zone and region",
      undefined,
      "r1/z1/s1",
      ["r1/z1/s1 0", "r1/z1/s2 1", "r1/z2/s1 2", "r2/z1/s1 3", "r3/z1/s1 3"],
    ],
    ["without a gap", undefined, "r2/z1/s1", ["r1/z1/s1 1", "r1/z1/s2 1", "r1/z2/s1 1", "r2/z1/s1 0", "r3/z1/s1 1"]],
    [
      "for callers of whom nobody knows where they are, none",
      undefined,
      "",
      PLACES.map(({ locality }) => `${locality} 0`),
    ],
    [
      "another region before others, where it is named",
      { failover: [{ from: "r1", to: "r3" }] },
      "r1/z1/s1",
      ["r1/z1/s1 0", "r1/z1/s2 1", "r1/z2/s1 2", "r2/z1/s1 4", "r3/z1/s1 3"],
    ],
    [
      "and not for callers of other regions",
      { failover: [{ from: "r1", to: "r3" }] },
      "r2/z1/s1",
      ["r1/z1/s1 1", "r1/z1/s2 1", "r1/z2/s1 1", "r2/z1/s1 0", "r3/z1/s1 1"],
    ],
  ])("%s", (_, setting, from, expected) =>
    expect(order(setting, from, PLACES).map((each) => each.replace(/ 1$/, ""))).toEqual(expected),
  );
});

test.each<[string, Setting, string, string[]]>([
  [
    "shares, divided by the weights of what matches; the rest gets nothing",
    { distribute: [{ from: "r1/z1/*", to: { "r1/*": 80, "r2/*": 20 } }] },
    "r1/z1/s1",
    ["r1/z1/s1 0 27", "r1/z1/s2 0 27", "r1/z2/s1 0 27", "r2/z1/s1 0 20"],
  ],
  [
    "the first that is for the caller",
    {
      distribute: [
        { from: "r1/z1/s1", to: { "r3/z1/s1": 100 } },
        { from: "*", to: { "*": 100 } },
      ],
    },
    "r1/z1/s1",
    ["r3/z1/s1 0 100"],
  ],
  [
    "none for callers elsewhere",
    { distribute: [{ from: "r9", to: { r1: 100 } }] },
    "r1/z1/s1",
    PLACES.map(({ locality }) => `${locality} 0 1`),
  ],
  [
    "what stands first takes its own, a * the rest",
    { distribute: [{ from: "*", to: { "r1/z1": 50, "*": 50 } }] },
    "",
    ["r1/z1/s1 0 25", "r1/z1/s2 0 25", "r1/z2/s1 0 17", "r2/z1/s1 0 17", "r3/z1/s1 0 17"],
  ],
])("distribute: %s", (_, setting, from, expected) => expect(order(setting, from, PLACES)).toEqual(expected));

const LABELLED = [
  endpoint("r1/z1", 1, { tier: "gold", shard: "a" }),
  endpoint("r1/z1", 2, { tier: "gold", shard: "b" }),
  endpoint("r2/z1", 3, { shard: "a" }),
];
test.each<[string, string[], Labels, string[]]>([
  [
    "the more of the first are alike",
    ["tier", "shard"],
    { tier: "gold", shard: "a" },
    ["r1/z1 0 1", "r1/z1 1 2", "r2/z1 2 3"],
  ],
  [
    "a value that is written is compared instead of the caller's",
    ["shard=b"],
    { shard: "a" },
    ["r1/z1 0 2", "r1/z1 1 1", "r2/z1 1 3"],
  ],
  ["what neither has is alike", ["none", "tier"], { tier: "gold" }, ["r1/z1 0 3", "r2/z1 1 3"]],
  ["topology follows from the locality", ["topology.kubernetes.io/region"], {}, ["r1/z1 1 3", "r2/z1 0 3"]],
  [
    "another network is after all of one's own, in the same order",
    ["topology.istio.io/network", "shard"],
    { "topology.istio.io/network": "n", shard: "a" },
    ["r1/z1 0 1", "r1/z1 1 2", "r2/z1 0 3"],
  ],
])("failoverPriority: %s", (_, failoverPriority, labels, expected) =>
  expect(order({ failoverPriority }, "r2/z1", LABELLED, labels)).toEqual(expected),
);

test("labels first, then distance, where a region is named beside them", () => {
  const setting = { failoverPriority: ["tier"], failover: [{ from: "r1", to: "r2" }] };
  expect(order(setting, "r1/z1", [...LABELLED, endpoint("r3", 1, { tier: "gold" })], { tier: "gold" })).toEqual([
    "r1/z1 0 3",
    "r2/z1 2 3",
    "r3 1 1",
  ]);
});

test("what a rule says wins as a whole over what the mesh says, and nothing fails over that nobody finds out", () => {
  const mesh: Setting = { failoverPriority: ["a"] };
  expect(rule(undefined, true, mesh)).toEqual({ kind: "failover", failover: [], labels: ["a"] });
  expect(rule({ enabled: true }, true, mesh)).toEqual({ kind: "failover", failover: [], labels: [] });
  expect(rule({ enabled: false }, true, mesh)).toBeUndefined();
  expect(rule(undefined, true, { enabled: false })).toBeUndefined();
  expect(rule(undefined, false, mesh)).toBeUndefined();
  expect(rule({ distribute: [{ from: "a", to: { a: 100 } }] }, false)?.kind).toBe("distribute");
  expect(rule({ distribute: [{ from: "a", to: { a: 100 } }], enabled: false }, false)).toBeUndefined();
});

test("localities are weighed where shares or an order are written, as in Istio", () => {
  expect(weighsLocalities(rule())).toBe(false);
  expect(weighsLocalities(rule({ failover: [{ from: "a", to: "b" }] }))).toBe(true);
  expect(weighsLocalities(rule({ failover: [{ from: "a", to: "b" }] }, false))).toBe(false);
  expect(weighsLocalities(rule({ failoverPriority: ["a"] }))).toBe(true);
  expect(weighsLocalities(rule({ distribute: [{ from: "a", to: { a: 100 } }] }, false))).toBe(true);
});

test("whoever is told to be alike for all callers is", () => {
  const callers = ["", "r1", "r1/z1/s1", "r2/z1"].flatMap((locality) =>
    [{}, { tier: "gold" }].map((labels: Labels) => ({ locality, labels })),
  );
  const settings: (Setting | undefined)[] = [
    undefined,
    { failoverPriority: ["tier"] },
    { failover: [{ from: "r1", to: "r2" }] },
    { distribute: [{ from: "r1", to: { r1: 100 } }] },
    { enabled: false },
  ];
  const worlds = [PLACES, LABELLED, PLACES.slice(0, 1), [endpoint(""), endpoint("")], []];
  let differing = 0;
  for (const setting of settings)
    for (const endpoints of worlds) {
      const found = rule(setting);
      const orders = callers.map((caller) => JSON.stringify(groupEndpoints(endpoints, found, caller)));
      if (new Set(orders).size === 1) continue;
      differing += 1;
      expect(dependsOnCaller(found, endpoints)).toBe(true);
    }
  expect(differing).toBeGreaterThan(0);
});

test("of what labels are compared by the caller's own are asked that it is compared by", () => {
  expect(comparedLabels(["a", "b=c", "d=e=f"])).toEqual(["a", "d"]);
});
