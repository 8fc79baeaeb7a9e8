import { expect, test } from "vitest";
import { judgeMesh } from "#components/overview/judge-mesh.ts";
import type { OverviewView } from "#core/view/service.ts";

const well: OverviewView = {
  rangeSeconds: 300,
  requestsPerSecond: 20,
  errorPercent: 0,
  p95Ms: 10,
  mtlsPercent: 100,
  services: { total: 4, healthy: 4, degraded: 0, failing: 0, idle: 0 },
  proxies: { total: 7, synced: 7, stale: 0, refused: 0 },
  certificatesExpiringSoon: 0,
  isDiskFull: false,
  revision: 1,
  series: {
    stepMs: 1,
    requestsPerSecond: [],
    errorPercent: [],
    p50Ms: [],
    p90Ms: [],
    p95Ms: [],
    p99Ms: [],
    byCodeClass: {},
  },
  worst: [],
  recentRevisions: [],
  diagnostics: { errors: 0, warnings: 0 },
  namespaces: [],
};

test.each([
  ["a healthy mesh", {}, "healthy", "All 4 services are healthy."],
  [
    "a full disk",
    { isDiskFull: true },
    "failure",
    "The server's disk is full, so that changes and reports are refused.",
  ],
  ["no traffic is not health", { requestsPerSecond: null }, "unknown", "No traffic was recorded in this range."],
  [
    "a refusal is a failure though all services answer",
    { proxies: { total: 7, synced: 6, stale: 0, refused: 1 } },
    "failure",
    "1 proxy refused configuration.",
  ],
  [
    "what fails comes before what needs care",
    { services: { total: 4, healthy: 1, degraded: 1, failing: 2, idle: 0 } },
    "failure",
    "2 services are failing and 1 service is degraded.",
  ],
  [
    "a warning needs care",
    { diagnostics: { errors: 0, warnings: 2 } },
    "degraded",
    "2 warnings about the configuration.",
  ],
] as const)("%s", (_, change, status, text) => {
  expect(judgeMesh({ ...well, ...change })).toEqual({ status, text });
});
