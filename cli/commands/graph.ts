import { createHash } from "node:crypto";
import type { Command } from "commander";
import { Option } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { durationFlagMs } from "#cli/duration.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print, printValue } from "#cli/output/output.ts";
import { GRAPH_VIEWS, type GraphEdge, type GraphView } from "#core/graph/graph.ts";
import { kialiElements } from "#core/graph/kiali-elements.ts";

interface GraphOptions extends CommonOptions {
  readonly window: string;
  readonly view: GraphView;
  readonly namespace?: string[];
}

export function addGraph(program: Command): void {
  withServer(program.command("graph"))
    .description("the service graph as measured; -o json prints Cytoscape elements with Kiali's field names")
    .option("--window <duration>", "how far back: 30s, 1m, 1h", "1m")
    .addOption(new Option("--view <view>", "what a node is").choices([...GRAPH_VIEWS]).default("versioned-app"))
    .option("-n, --namespace <namespace...>", "only these namespaces")
    .action((options: GraphOptions) =>
      withClient(options, async (api) => {
        const seconds = Math.max(10, Math.round(durationFlagMs(options.window, "--window") / 1000));
        const graph = await api.topology.graph.query({
          view: options.view,
          seconds,
          ...(options.namespace === undefined ? {} : { namespaces: options.namespace }),
        });
        if (options.output !== "table") {
          const elements = kialiElements(graph, (text) => createHash("sha256").update(text).digest("hex"));
          printValue(options.output, elements);
          return EXIT.ok;
        }
        const names = new Map(
          graph.nodes.map((node) => [
            node.id,
            node.version === undefined ? node.name : `${node.app ?? node.name}/${node.version}`,
          ]),
        );
        print<GraphEdge>(
          "table",
          graph,
          graph.edges,
          [
            { title: "source", value: (edge) => names.get(edge.source) },
            { title: "target", value: (edge) => names.get(edge.target) },
            { title: "protocol", value: (edge) => edge.protocol },
            { title: "req/s", value: (edge) => edge.requestsPerSecond.toFixed(2) },
            { title: "err%", value: (edge) => edge.errorPercent.toFixed(1) },
            { title: "p95 ms", value: (edge) => edge.p95Ms?.toFixed(1) },
            { title: "mtls%", value: (edge) => edge.mtlsPercent?.toFixed(0) },
            { title: "health", value: (edge) => edge.health.status },
            { title: "denied by", value: (edge) => edge.deniedBy.join(",") || "-" },
          ],
          `no traffic in the last ${options.window}`,
        );
        return EXIT.ok;
      }),
    );
}
