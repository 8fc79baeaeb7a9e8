import type { Manifest } from "#testing/oracle/published/stand-in.ts";

const SYSTEM = "istio-system";

/** What an installation of Istio brings, and examples count on. */
export const STANDARD_MESH: readonly Manifest[] = [
  ...["ingressgateway", "egressgateway", "eastwestgateway"].flatMap((istio): Manifest[] => [
    workload(`istio-${istio}`, { app: `istio-${istio}`, istio }),
    service(`istio-${istio}`, { istio }, [80, 443, 15443, 31400]),
  ]),
  workload("istiod", { app: "istiod" }),
  service("istiod", { app: "istiod" }, [443, 15012, 15017]),
];

function workload(name: string, labels: Readonly<Record<string, string>>): Manifest {
  const metadata = { name, namespace: SYSTEM };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template: { metadata: { labels } } } };
}

function service(name: string, selector: Readonly<Record<string, string>>, ports: readonly number[]): Manifest {
  const named = ports.map((port) => ({ port, name: port === 80 ? "http" : `tls-${port}` }));
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: SYSTEM }, spec: { selector, ports: named } };
}
