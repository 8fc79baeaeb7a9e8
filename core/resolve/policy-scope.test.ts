import { expect, test } from "vitest";
import { routesAt, standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { Resource } from "#core/resource/resource.ts";

const { resources } = parseDocuments(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: of-reviews, namespace: default }
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  location: MESH_INTERNAL
  resolution: STATIC
  workloadSelector: { labels: { app: reviews } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: default }
spec: { selector: { istio: gw }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: prod }
spec: { hosts: [a.test], gateways: [mesh, default/front], http: [{ name: pay, directResponse: { status: 200 } }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: group, namespace: default }
spec: { metadata: { labels: { app: reviews, version: v1 } }, template: {} }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: whoever, namespace: default }
spec: { servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`);
const SCOPE = policyScope({ rootNamespace: "istio-system", domainSuffix: "cluster.local" }, resources);
const REVIEWS = { namespace: "default", labels: { app: "reviews" } };
const GATEWAY = { namespace: "default", labels: { istio: "gw" } };

const service = (name: string) => ({ kind: "Service", name }) as const;
const entry = (name: string) => ({ kind: "ServiceEntry", group: "networking.istio.io", name }) as const;
const gateway = (name: string) => ({ kind: "Gateway", group: "gateway.networking.k8s.io", name }) as const;

const group = (name: string) => ({ kind: "WorkloadGroup", group: "networking.istio.io", name }) as const;
const routes = (name: string) => ({ kind: "VirtualService", group: "networking.istio.io", name }) as const;

test.each([
  ["those of a group", [group("group")], "default", { ...REVIEWS, labels: { app: "reviews", version: "v1" } }, true],
  ["not others that are alike", [group("group")], "default", REVIEWS, false],
  ["a gateway of another namespace that routes by it", [routes("shop")], "prod", GATEWAY, true],
  ["not by one of another namespace's routes", [routes("shop")], "default", GATEWAY, false],
  ["not those behind the routes", [routes("shop")], "prod", { ...REVIEWS, namespace: "prod" }, false],
  ["the workloads of a service", [service("reviews")], "default", REVIEWS, true],
  ["no others", [service("reviews")], "default", GATEWAY, false],
  ["those of a ServiceEntry, by its own name", [entry("of-reviews")], "default", REVIEWS, true],
  ["not of one of the name of a host", [entry("reviews")], "default", REVIEWS, false],
  ["a gateway's", [gateway("front")], "default", GATEWAY, true],
  ["not a gateway's in another namespace", [gateway("front")], "default", { ...GATEWAY, namespace: "prod" }, false],
  ["nobody by a gateway that selects whoever is one", [gateway("whoever")], "default", GATEWAY, false],
  [
    "whoever says that it serves a Gateway of the Gateway API",
    [gateway("edge")],
    "default",
    { namespace: "default", labels: { "gateway.networking.k8s.io/gateway-name": "edge" } },
    true,
  ],
  ["those of any of its targets", [service("nobody"), service("reviews")], "default", REVIEWS, true],
  ["nobody by what is not there", [service("nobody")], "default", REVIEWS, false],
  ["from the root namespace no workloads of others", [service("reviews")], "istio-system", REVIEWS, false],
] as const)("a policy with targets is for %s", (_, targetRefs, namespace, workload, isOver) => {
  const policy = { metadata: { name: "p", namespace }, spec: { targetRefs } };
  expect(standsOver(policy, workload, SCOPE)).toBe(isOver);
});

test("a target is looked for once, however many workloads there are", () => {
  for (const target of [service("reviews"), service("nobody"), gateway("front"), entry("reviews")])
    expect(SCOPE.targeted("default", target)).toBe(SCOPE.targeted("default", target));
  expect(SCOPE.targeted("default", service("reviews"))).not.toEqual(SCOPE.targeted("prod", service("reviews")));
  expect(SCOPE.targeted("default", entry("of-reviews"))).not.toEqual(SCOPE.targeted("default", gateway("of-reviews")));
});

test("routes are meant by name, and all requests where something else reaches the workload too", () => {
  const limit = (targetRefs: readonly object[]) =>
    ({ metadata: { name: "a", namespace: "prod" }, spec: { targetRefs } }) as unknown as Resource<"RateLimit">;
  const at = (targetRefs: readonly object[], namespace = "default") =>
    routesAt(limit(targetRefs), { ...GATEWAY, namespace }, SCOPE);
  const resource = "VirtualService/prod/shop";
  expect(at([routes("shop")])).toEqual([{ resource, path: undefined }]);
  expect(at([{ ...routes("shop"), sectionName: "pay" }])).toEqual([{ resource, path: "spec.http[0]" }]);
  expect(at([{ ...routes("shop"), sectionName: "none" }])).toEqual([]);
  expect(at([routes("shop"), { ...gateway("edge") }])).toEqual([{ resource, path: undefined }]);
});
