import type { Graph, GraphNode } from "#core/graph/graph.ts";
import { serviceNode, workloadNode } from "#core/graph/node-of.ts";
import type { WorkloadLabel } from "#core/model/workload-label.ts";

/** What is registered, whether or not anything was sent to it. */
export interface Registered {
  readonly workloads: readonly WorkloadLabel[];
  readonly hosts: readonly { readonly host: string; readonly namespace: string }[];
}

/** The graph with what is registered and had no traffic: services in the view of services, workloads in the others. */
export function addIdleNodes(graph: Graph, { workloads, hosts }: Registered): Graph {
  const isShown = new Set(graph.nodes.map(({ id }) => id));
  const seen = new Set(graph.nodes.map(({ namespace, workload }) => `${namespace}/${workload ?? ""}`));
  const idle =
    graph.view === "service"
      ? hosts.map(({ host, namespace }) => serviceNode(host, namespace))
      : workloads
          .filter(({ namespace, workload }) => !seen.has(`${namespace}/${workload}`))
          .map((workload) => workloadNode(graph.view, workload, false));
  const added = new Map(idle.filter(({ id }) => !isShown.has(id)).map((node) => [node.id, toNode(node)]));
  if (added.size === 0) return graph;
  const nodes = [...graph.nodes, ...added.values()];
  return { ...graph, nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)) };
}

function toNode(identity: ReturnType<typeof workloadNode>): GraphNode {
  return {
    ...identity,
    health: { status: "idle", reason: "no request was recorded in this range" },
    isRoot: false,
    requestsPerSecondIn: 0,
    requestsPerSecondOut: 0,
    errorPercentIn: 0,
  };
}
