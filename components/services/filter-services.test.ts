import { expect, test } from "vitest";
import { filterServices } from "#components/services/filter-services.ts";
import type { HealthStatus } from "#core/graph/graph.ts";
import type { ServiceRow } from "#core/view/service.ts";

function row(name: string, namespace: string, status: HealthStatus): ServiceRow {
  return {
    host: `${name}.${namespace}.svc.cluster.local`,
    namespace,
    name,
    ports: [{ name: "http", number: 9080, protocol: "HTTP" }],
    instances: 1,
    healthyInstances: 1,
    versions: ["v1"],
    mtls: "strict",
    health: { status, reason: "" },
    requestsPerSecond: null,
    errorPercent: null,
    p95Ms: null,
    sparkline: [],
  };
}

const rows = [
  row("reviews", "default", "failure"),
  row("ratings", "default", "healthy"),
  row("billing", "shop", "idle"),
];

test.each([
  ["", "all", ["reviews", "ratings", "billing"]],
  ["default r", "all", ["reviews", "ratings"]],
  ["REV", "all", ["reviews"]],
  ["9080 shop", "all", ["billing"]],
  ["", "trouble", ["reviews"]],
  ["", "idle", ["billing"]],
] as const)("query %j, health %s", (query, health, names) => {
  expect(filterServices(rows, query, health).map(({ name }) => name)).toEqual(names);
});
