import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type Demo, startDemo } from "../fixtures/demo.ts";

let demo: Demo;
const POLICY = `deny-${"x".repeat(240)}-details`;
const ROUTING = "n".repeat(253);
const SHORT = "g".repeat(63);
const HOST = Array.from({ length: 4 }, () => "h".repeat(60)).join(".");

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
  const file = join(demo.dir, "long.yaml");
  writeFileSync(
    file,
    `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${POLICY}, namespace: default }
spec:
  selector: { matchLabels: { app: details } }
  action: DENY
  rules: [{ from: [{ source: { principals: ["*/sa/bookinfo-productpage"] } }] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${ROUTING}, namespace: default }
spec: { hosts: [ghost.example.com], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${SHORT}, namespace: default }
spec: { metadata: { labels: { app: nothing } }, template: { serviceAccount: ${SHORT} } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: long, namespace: default }
spec: { hosts: [${HOST}], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
`,
  );
  const { status, stderr } = demo.pharos("apply", "-f", file, "--reason", "r".repeat(500));
  if (status !== 0) throw new Error(stderr);
});
test.afterAll(() => demo?.stop());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(demo.console + path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("main [aria-busy=true], main [aria-label=Loading]")).toHaveCount(0);
}

/** What is wider than its place: the page, or from a laptop's width on a table. */
const tooWide = (page: Page) =>
  page.evaluate(() => [
    ...(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []),
    ...[...document.querySelectorAll("table")]
      .filter(({ parentElement: box }) => innerWidth >= 1024 && box !== null && box.scrollWidth > box.clientWidth + 1)
      .map((table) => table.getAttribute("aria-label")),
  ]);

test("names and reasons of any length push nothing out of view", async ({ page }) => {
  test.setTimeout(400_000);
  await open(page, "/services/details.default.svc.cluster.local");
  await expect(page.getByRole("table", { name: "Callers" }).getByTestId("denied-by")).toBeVisible({ timeout: 60_000 });
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      "/services",
      "/services/details.default.svc.cluster.local",
      `/services/${HOST}`,
      "/services/ghost.example.com",
      "/traffic",
      "/traffic/new",
      "/security",
      "/security?tab=mtls",
      "/security?tab=identities",
      "/security?tab=tokens",
      "/proxies",
      "/changes",
      "/changes?tab=audit",
      "/topology?as=table&range=1m",
    ]) {
      await open(page, path);
      expect(await tooWide(page), `${path} at ${width}`).toEqual([]);
    }
  }
});

test("a host that only a VirtualService names has a page that says so, and a way to it", async ({ page }) => {
  await open(page, `/traffic/VirtualService/default/${ROUTING}`);
  await page.getByRole("link", { name: "ghost.example.com" }).click();
  await expect(page.getByText("Nothing serves this host")).toBeVisible();
  await expect(page.getByRole("link", { name: `VirtualService default/${ROUTING}` })).toBeVisible();
  await expect(page.getByText("routes requests for this host")).toBeVisible();
  await expect(page.getByRole("link", { name: "Shift traffic" })).toHaveCount(0);
});

test("a caller that does not exist is marked where the form opens with it, and keeps nothing from going on", async ({
  page,
}) => {
  await open(page, "/security/new?host=details.default.svc.cluster.local&principal=nobody");
  await expect(page.getByTestId("doubt")).toHaveText("nobody: no workload has this identity yet");
  await page.getByRole("button", { name: /^Preview/ }).click();
  await expect(page.getByTestId("preview")).toBeVisible();
});

test("who takes a WorkloadGroup away is told before which instances leave", async ({ page }) => {
  await open(page, "/traffic/WorkloadGroup/default/reviews-v1");
  await page.getByRole("button", { name: /^Delete/ }).click();
  await expect(page.getByTestId("preview")).toContainText(
    "a registered instance loses this WorkloadGroup and leaves the mesh: reviews-v1-0",
  );
});
