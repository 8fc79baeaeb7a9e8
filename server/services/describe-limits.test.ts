import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { describeLimits } from "#server/services/describe-limits.ts";

const CONFIG = `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: per-caller, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  rules:
    - name: burst
      bucket: { key: [{ attribute: source.principal }], missing: Share }
      limit: { amount: 10, per: 1s }
    - { name: all, limit: { amount: 100, per: 1s } }
---
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: edge, namespace: shop }
spec: { mode: Shadow, scope: Instance, selector: { matchLabels: { istio: ingress } }, rules: [{ name: r, limit: { amount: 1, per: 1s } }] }
---
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: monthly, namespace: other }
spec: { amount: 100, period: { calendar: Month } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart.shop.svc.cluster.local]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: cart } }
`;
const { resources } = parseDocuments(CONFIG);
const mesh = { trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system" };

const instance = (name: string, workload: string, labels: Record<string, string>): WorkloadInstance =>
  ({
    ...{ namespace: "shop", name, workload, labels, serviceAccount: workload, address: "127.0.0.1", ports: [] },
    ...{ health: "healthy", locality: "", weight: 1 },
  }) as WorkloadInstance;
const instances = [
  instance("cart-0", "cart-v1", { app: "cart" }),
  instance("cart-1", "cart-v1", { app: "cart" }),
  instance("in-0", "ingress", { istio: "ingress" }),
  instance("page-0", "page", { app: "page" }),
];
const snapshot = { revision: 1, mesh, resources, instances } as unknown as Snapshot;

const row = (count: number, differs: object): TrafficRow =>
  ({
    count,
    key: {
      ...{
        reporter: "destination",
        protocol: "http",
        deniedBy: "",
        limitedBy: "",
        sourceNamespace: "shop",
        sourceWorkload: "page",
      },
      ...{ destinationNamespace: "shop", destinationWorkload: "cart-v1", ...differs },
    },
  }) as unknown as TrafficRow;

const limitsIn = (slots: Record<number, readonly TrafficRow[]>, of = snapshot) =>
  describeLimits({
    ...{ snapshot: of, startMs: 0, endMs: 20_000, stepMs: 10_000, isGateway: (each) => each === "shop/in-0" },
    slots: new Map(Object.entries(slots).map(([at, rows]) => [Number(at), rows])),
  }).limits;

const burst = { deniedBy: "limit:shop/per-caller/burst" };

test("a limit tells what it stands over, gateways apart, and what that serves", () => {
  expect(limitsIn({})).toMatchObject([
    { ref: "Quota/other/monthly", mode: "Enforce", gateways: [], workloads: [], services: [], rules: [{ name: "" }] },
    {
      ref: "RateLimit/shop/edge",
      mode: "Shadow",
      isPerInstance: true,
      gateways: ["shop/ingress"],
      workloads: [],
      services: [],
    },
    {
      ref: "RateLimit/shop/per-caller",
      mode: "Enforce",
      isPerInstance: false,
      gateways: [],
      workloads: ["shop/cart-v1"],
      services: ["cart.shop.svc.cluster.local"],
    },
  ]);
});

test("what a rule refused is counted over time and by caller, most first, and by no other rule", () => {
  const [, , limit] = limitsIn({
    0: [row(20, burst), row(5, { ...burst, sourceWorkload: "unknown" })],
    10000: [row(40, { ...burst, sourceWorkload: "web" })],
  });
  expect(limit?.rules).toMatchObject([
    {
      name: "burst",
      words: "10 requests in 1s for each source.principal",
      refused: 65,
      perSecond: {
        refused: [
          { atMs: 0, value: 2.5 },
          { atMs: 10_000, value: 4 },
        ],
      },
      callers: [
        { workload: "shop/web", refused: 40 },
        { workload: "shop/page", refused: 20 },
        { workload: "unknown", refused: 5 },
      ],
    },
    { name: "all", refused: 0, callers: [] },
  ]);
});

test("what rules let through, tried and left uncounted is counted by rule and caller, and who is refused most comes first", () => {
  const [, edge, limit] = limitsIn({
    0: [
      row(6, { limitedBy: "+shop/per-caller/burst =shop/per-caller/all" }),
      row(3, { limitedBy: "+shop/per-caller/burst@gold +shop/per-caller/all", sourceWorkload: "web" }),
      row(4, { ...burst, limitedBy: "-shop/per-caller/burst", sourceWorkload: "web" }),
      row(2, { reporter: "source", sourceWorkload: "ingress", limitedBy: "~shop/edge/r" }),
    ],
    10000: [row(10, { limitedBy: "+shop/per-caller/burst" })],
  });
  expect(limit?.rules).toMatchObject([
    {
      ...{ name: "burst", admitted: 19, tried: 0, refused: 4, exempt: 0 },
      perSecond: { admitted: [{ value: 0.9 }, { value: 1 }], refused: [{ value: 0.4 }, { value: 0 }] },
      callers: [
        { workload: "shop/web", admitted: 3, refused: 4 },
        { workload: "shop/page", admitted: 16, refused: 0 },
      ],
    },
    { name: "all", admitted: 3, exempt: 6 },
  ]);
  expect(edge?.rules).toMatchObject([
    { tried: 2, admitted: 0, callers: [{ workload: "shop/ingress", isGateway: true }] },
  ]);
});

test("a slot that is under way has no rate, and its refusals count", () => {
  const [, , limit] = limitsIn({ 20000: [row(7, burst)] });
  expect(limit?.rules[0]).toMatchObject({ refused: 7, perSecond: { refused: [{ value: 0 }, { value: 0 }] } });
});

test("what came there is counted once: at the called end, and of gateways as they tell", () => {
  const outside = { reporter: "source", sourceWorkload: "ingress", destinationWorkload: "page" };
  const edge = { ...outside, destinationWorkload: "unknown", deniedBy: "limit:shop/edge/r" };
  const [, gateway, limit] = limitsIn({
    0: [
      row(10, {}),
      row(10, { reporter: "source" }),
      row(3, { protocol: "tcp" }),
      row(8, outside),
      row(2, edge),
      row(9, { destinationWorkload: "page", sourceWorkload: "ingress" }),
    ],
  });
  expect(limit?.requests).toBe(10);
  expect(gateway?.requests).toBe(10);
  expect(gateway?.rules[0]?.callers).toMatchObject([{ workload: "shop/ingress", isGateway: true, refused: 2 }]);
});

test("what refused who has a plan is the rule's, and a quota is told whole", () => {
  const [quota, , limit] = limitsIn({
    0: [
      row(3, { deniedBy: "limit:shop/per-caller/burst@gold" }),
      row(4, { deniedBy: "limit:other/monthly/Quota@gold" }),
    ],
  });
  expect(limit?.rules[0]).toMatchObject({ name: "burst", refused: 3 });
  expect(quota?.rules).toMatchObject([{ refused: 4 }]);
});

test("a limit that is written in a plan is told as any other, and whom it counts", () => {
  const plan = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: shop }
spec:
  consumers: [{ namespaces: [web] }]
  limits:
    - { name: own, spec: { selector: { matchLabels: { app: cart } }, rules: [{ name: all, limit: { amount: 5, per: 1s } }] } }
`);
  const rows = [row(3, { deniedBy: "limit:shop/gold~own/all" }), row(2, { limitedBy: "+shop/gold~own/all" })];
  expect(limitsIn({ 0: rows }, { ...snapshot, resources: plan.resources })).toMatchObject([
    {
      ref: "RateLimit/shop/gold~own",
      effect: "At most 5 requests in 1s; on workloads with app=cart, for those who have Plan gold",
      workloads: ["shop/cart-v1"],
      rules: [{ name: "all", refused: 3, admitted: 2 }],
    },
  ]);
});
