import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { type Demo, startDemo } from "../fixtures/demo.ts";

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

const PAGES = [
  "/overview",
  "/topology",
  "/topology?as=table",
  "/topology?select=namespace%3Adefault&idle=1",
  "/services",
  "/services/reviews.default.svc.cluster.local",
  "/traffic",
  "/traffic/VirtualService/default/reviews",
  "/security",
  "/security/new?kind=AuthorizationPolicy",
  "/traces",
  "/proxies",
  "/changes",
  "/settings",
  "/nowhere",
];

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious on any page (${colorScheme})`, async ({ browser }) => {
    test.setTimeout(240_000);
    const context = await browser.newContext({ colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    const found: string[] = [];
    for (const path of PAGES) {
      await page.goto(demo.console + path);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await page.waitForLoadState("load");
      // Loading states are pages too, but not these.
      await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations)
        if (impact === "serious" || impact === "critical")
          found.push(
            `${path}: ${id} ${nodes
              .map(({ target }) => target.join(" "))
              .slice(0, 3)
              .join(", ")}`,
          );
    }
    await context.close();
    expect(found).toEqual([]);
  });
}

test("no page asks for what its own security policy forbids, and markup that found its way into one does not run", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(`${page.url()}: ${message.text()}`);
  });
  for (const path of PAGES) {
    await page.goto(demo.console + path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  }
  expect(refused).toEqual([]);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", "<img src='/nowhere.png' onerror='document.title = `run`'>");
  });
  await expect.poll(() => refused.length).toBeGreaterThan(0);
  await expect(page).not.toHaveTitle("run");
});
