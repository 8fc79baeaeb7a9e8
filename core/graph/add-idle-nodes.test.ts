import { expect, test } from "vitest";
import { addIdleNodes, type Registered } from "#core/graph/add-idle-nodes.ts";
import type { Graph, GraphNode, GraphView } from "#core/graph/graph.ts";

const registered: Registered = {
  workloads: [
    { workload: "reviews-v1", namespace: "default", app: "reviews", version: "v1" },
    { workload: "reviews-v2", namespace: "default", app: "reviews", version: "v2" },
    { workload: "gateway", namespace: "istio-system", app: "gateway", version: "latest" },
  ],
  hosts: [{ host: "reviews.default.svc.cluster.local", namespace: "default" }],
};

function graphWith(view: GraphView, ...nodes: Partial<GraphNode>[]): Graph {
  const whole = nodes.map((node) => ({ health: { status: "healthy" }, ...node }) as GraphNode);
  return { view, startMs: 0, endMs: 1, nodes: whole, edges: [], gaps: [] };
}

test("workloads without traffic stand beside those with it, idle, in the order of ids", () => {
  const seen = graphWith(
    "versioned-app",
    { id: "vapp_default_reviews-v1", namespace: "default", workload: "reviews-v1" },
    // A gateway is drawn as one, under another id than an app.
    { id: "wl_istio-system_gateway", namespace: "istio-system", workload: "gateway", kind: "gateway" },
  );
  const { nodes } = addIdleNodes(seen, registered);
  expect(nodes.map(({ id, health }) => [id, health.status])).toEqual([
    ["vapp_default_reviews-v1", "healthy"],
    ["vapp_default_reviews-v2", "idle"],
    ["wl_istio-system_gateway", "healthy"],
  ]);
  expect(nodes[1]).toMatchObject({ name: "reviews", version: "v2", requestsPerSecondIn: 0 });
});

test("in the view of services it is services that are added, once", () => {
  const { nodes } = addIdleNodes(graphWith("service"), registered);
  expect(nodes.map(({ id }) => id)).toEqual(["svc_reviews.default.svc.cluster.local"]);
  expect(addIdleNodes(graphWith("service", ...nodes), registered).nodes).toHaveLength(1);
});
