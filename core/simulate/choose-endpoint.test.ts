import { expect, test } from "vitest";
import { shareEndpoints, socketFor } from "#core/simulate/choose-endpoint.ts";
import type { Cluster, Endpoint } from "#core/simulate/cluster.ts";

const CLUSTER: Cluster = {
  name: "c",
  discovery: "eds",
  addresses: [],
  endpointsName: "c",
  endpoints: [],
  balancer: "least-request",
  weighsLocalities: false,
  panicPercent: 0,
  sockets: [],
  socket: { kind: "plain" },
  speaks: "http/1.1",
};

function endpoint(address: string, over: Partial<Endpoint> = {}): Endpoint {
  return {
    address,
    port: 80,
    weight: 1,
    health: "healthy",
    priority: 0,
    locality: "",
    localityWeight: 0,
    workload: undefined,
    socketMatch: new Map(),
    ...over,
  };
}

function shares(cluster: Partial<Cluster>, endpoints: readonly Endpoint[]): Record<string, number> {
  return Object.fromEntries(
    shareEndpoints({ ...CLUSTER, ...cluster }, endpoints).map(({ endpoint: { address }, share }) => [
      address,
      Number(share.toFixed(4)),
    ]),
  );
}

test.each<[string, Partial<Cluster>, Endpoint[], Record<string, number>]>([
  ["by weight", {}, [endpoint("a", { weight: 3 }), endpoint("b")], { a: 0.75, b: 0.25 }],
  ["all alike at random", { balancer: "random" }, [endpoint("a", { weight: 3 }), endpoint("b")], { a: 0.5, b: 0.5 }],
  ["nobody who is unwell", {}, [endpoint("a", { health: "unhealthy" }), endpoint("b")], { b: 1 }],
  ["nobody at all where all are", {}, [endpoint("a", { health: "unhealthy" })], {}],
  [
    "all in a panic",
    { panicPercent: 50 },
    [endpoint("a", { health: "unhealthy" }), endpoint("b", { health: "unhealthy" })],
    { a: 0.5, b: 0.5 },
  ],
  ["the first priority while it is well", {}, [endpoint("a"), endpoint("b", { priority: 1 })], { a: 1 }],
  [
    "the next one as far as the first is not",
    {},
    [endpoint("a"), endpoint("x", { health: "unhealthy" }), endpoint("b", { priority: 1 })],
    { a: 0.7, b: 0.3 },
  ],
  [
    "localities by their weights",
    { weighsLocalities: true },
    [endpoint("a", { locality: "l", localityWeight: 3 }), endpoint("b", { locality: "m", localityWeight: 1 })],
    { a: 0.75, b: 0.25 },
  ],
])("shares %s", (_, cluster, endpoints, expected) => {
  expect(shares(cluster, endpoints)).toEqual(expected);
});

test("takes the first transport socket whose match the endpoint fulfils", () => {
  const istio = { name: "istio", index: 0, match: new Map([["tlsMode", "istio"]]), socket: { kind: "plain" } } as const;
  const rest = { name: "rest", index: 1, match: new Map<string, string>(), socket: { kind: "plain" } } as const;
  const cluster = { ...CLUSTER, sockets: [istio, rest] };
  expect(socketFor(cluster, endpoint("a", { socketMatch: new Map([["tlsMode", "istio"]]) })).name).toBe("istio");
  expect(socketFor(cluster, endpoint("a")).name).toBe("rest");
});

test("a retry leaves priorities that were tried, while there are others that are well", () => {
  const three = [endpoint("a"), endpoint("b", { priority: 1 }), endpoint("c", { priority: 2, health: "unhealthy" })];
  const left = (...priorities: number[]) =>
    shareEndpoints(CLUSTER, three, new Set(priorities)).map(({ endpoint: { address }, share }) => [address, share]);
  expect(left()).toEqual([["a", 1]]);
  expect(left(0)).toEqual([["b", 1]]);
  expect(left(0, 1)).toEqual([["a", 1]]);
});

test("a locality that is half well has its weight as far as that", () => {
  const of = (locality: string, localityWeight: number) => ({ locality, localityWeight });
  const endpoints = [
    endpoint("a", of("l", 1)),
    endpoint("x", { ...of("l", 1), health: "unhealthy" }),
    endpoint("b", of("m", 1)),
  ];
  // 1.4 · 1/2 = 0.7 beside 1.
  expect(shares({ weighsLocalities: true }, endpoints)).toEqual({ a: 0.4118, b: 0.5882 });
});
