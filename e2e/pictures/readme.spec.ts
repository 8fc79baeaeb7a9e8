// `npm run pictures`: the pictures of the README, taken from a running demo.
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type Demo, eventually, root, startDemo } from "../fixtures/demo.ts";

let demo: Demo;
const TRAFFIC_SECONDS = 180;

/** What people promise, limit and want to be told, for the pages that show it. */
const KEPT = [
  {
    apiVersion: "observe.pharos.dev/v1",
    kind: "Objective",
    metadata: { name: "pages", namespace: "default" },
    spec: { service: "productpage", availability: {}, target: 99.5, window: { calendar: "Day", timeZone: "UTC" } },
  },
  {
    apiVersion: "observe.pharos.dev/v1",
    kind: "Objective",
    metadata: { name: "quick-reviews", namespace: "default" },
    spec: { service: "reviews", latency: { threshold: "50ms" }, target: 95, window: { rolling: "168h" } },
  },
  {
    apiVersion: "limits.pharos.dev/v1",
    kind: "RateLimit",
    metadata: { name: "per-caller", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "ratings" } },
      rules: [
        {
          name: "burst",
          bucket: { key: [{ attribute: "source.serviceAccount" }], missing: "Share" },
          limit: { amount: 60, per: "10s" },
        },
      ],
    },
  },
];

test.beforeAll(async () => {
  test.setTimeout(400_000);
  console.log("… a demo of its own");
  demo = await startDemo();
  await demo.api.config.applyChanges.mutate({
    changes: KEPT.map((each) => ({ op: "upsert" as const, text: JSON.stringify(each) })),
    reason: "promised to callers",
  });
  // A few minutes of traffic, so that charts have something to show.
  const startedMs = Date.now();
  let told = 0;
  await eventually("three minutes of traffic", 300_000, () => {
    const seconds = Math.floor((Date.now() - startedMs) / 1000);
    if (seconds >= told) {
      console.log(`… traffic for the charts: ${seconds} of ${TRAFFIC_SECONDS} s`);
      told += 20;
    }
    return seconds >= TRAFFIC_SECONDS ? true : undefined;
  });
});
test.afterAll(() => demo?.stop());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(demo.console + path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  // Charts grow into their place.
  await page.waitForTimeout(1500);
}

const shots: readonly { readonly name: string; readonly path: string; readonly act?: (page: Page) => Promise<void> }[] =
  [
    { name: "overview", path: "/overview" },
    {
      name: "topology",
      path: "/topology",
      act: async (page) => {
        // Room for the whole graph beside the panel.
        await page.setViewportSize({ width: 1760, height: 1000 });
        await page.waitForTimeout(1000);
        await page
          .getByRole("button", { name: /^reviews v3/ })
          .first()
          .click({ force: true });
        await page.waitForTimeout(1500);
      },
    },
    { name: "services", path: "/services" },
    { name: "service", path: "/services/reviews.default.svc.cluster.local" },
    {
      name: "traffic",
      path: "/traffic/VirtualService/default/reviews",
      act: async (page) => {
        await page.getByRole("button", { name: "Send all to reviews v3" }).click();
        await page.waitForTimeout(800);
      },
    },
    { name: "security", path: "/security" },
    ...["mtls", "identities", "tokens", "all"].map((tab) => ({
      name: `security-${tab}`,
      path: `/security?tab=${tab}`,
    })),
    {
      name: "simulate",
      path: `/simulate?${new URLSearchParams({
        from: "productpage-v1-0.default",
        url: "http://reviews.default.svc.cluster.local:9080/reviews/0",
        headers: "end-user: jason",
      })}`,
      act: async (page) => {
        await expect(page.getByTestId("outcome").first()).toBeVisible();
      },
    },
    {
      name: "trace",
      path: "/traces",
      act: async (page) => {
        await page
          .getByRole("link", { name: /productpage/ })
          .first()
          .click();
        await expect(page.getByTestId("span").first()).toBeVisible();
        await page.getByTestId("span").nth(3).click();
        await page.waitForTimeout(800);
      },
    },
    { name: "requests", path: "/requests?q=class%3Alimited" },
    { name: "limits", path: "/limits" },
    { name: "objectives", path: "/objectives" },
    { name: "proxies", path: "/proxies" },
    { name: "changes", path: "/changes" },
    { name: "settings", path: "/settings" },
  ];

for (const colorScheme of ["light", "dark"] as const) {
  for (const { name, path, act } of shots) {
    test(`${name} (${colorScheme})`, async ({ browser }) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await open(page, path);
      await act?.(page);
      await page.screenshot({ path: join(root, "docs/images", `${name}-${colorScheme}.png`) });
      await context.close();
    });
  }
}
