import { defineConfig } from "vitest/config";

/** Apart from the other tests: a first build of Istio takes minutes. */
export default defineConfig({
  test: { root: import.meta.dirname, include: ["**/*.test.ts"], environment: "node" },
});
