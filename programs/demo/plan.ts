import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

/** One workload of the demo mesh: an application, its agent and its Envoy. */
export interface DemoWorkload {
  /** WorkloadGroup of samples/bookinfo/config, and the name telemetry shows. */
  readonly group: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly type: "sidecar" | "router";
  /** Program and arguments; absent for the gateway, which is only a proxy. */
  readonly app?: { readonly runtime: "node" | "python"; readonly file: string; readonly version: string };
  /** Services it calls, each by its name through the forward proxy. */
  readonly calls: readonly string[];
}

const bookinfo = (
  app: string,
  version: string,
  calls: readonly string[],
  runtime: "node" | "python" = "node",
): DemoWorkload => ({
  group: `${app}-${version}`,
  namespace: "default",
  serviceAccount: `bookinfo-${app}`,
  type: "sidecar",
  app: { runtime, file: `samples/bookinfo/apps/${app}.${runtime === "node" ? "ts" : "py"}`, version },
  calls,
});

export const DEMO_WORKLOADS: readonly DemoWorkload[] = [
  bookinfo("ratings", "v1", []),
  bookinfo("details", "v1", [], "python"),
  bookinfo("reviews", "v1", ["ratings"]),
  bookinfo("reviews", "v2", ["ratings"]),
  bookinfo("reviews", "v3", ["ratings"]),
  bookinfo("productpage", "v1", ["details", "reviews"]),
  {
    group: "istio-ingressgateway",
    namespace: ROOT_NAMESPACE,
    serviceAccount: "istio-ingressgateway",
    type: "router",
    calls: [],
  },
];

/** The port of the Gateway resource in samples/bookinfo/config/40-gateway.yaml. */
export const GATEWAY_PORT = 8080;
