import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "{app,cli,components,core,grpc,mesh-agent,node,programs,scripts,server,samples,bench}/**/*.test.{ts,tsx}",
      // Agent and server together; the comparisons with Istio beside them have a run of their own.
      "testing/together/*.test.ts",
    ],
    environment: "node",
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // What is polled for comes from other threads and processes, which may have to wait for a core.
    expect: { poll: { timeout: 20_000, interval: 25 } },
    // Two cores are the smallest machine this runs on, and real proxies share them.
    maxWorkers: 2,
  },
});
