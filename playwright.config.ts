import { defineConfig } from "@playwright/test";

const executablePath = process.env.PHAROS_CHROMIUM;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // One mesh, watched by one person: the tests change what all of them see.
  workers: 1,
  fullyParallel: false,
  // With a mesh of its own; what passes then is told as flaky.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["json"]],
  use: {
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "journeys", testMatch: "journeys/**/*.spec.ts" },
    { name: "failure", testMatch: "failure/**/*.spec.ts", timeout: 600_000 },
    { name: "pictures", testMatch: "pictures/**/*.spec.ts" },
  ],
});
