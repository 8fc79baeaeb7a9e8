import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { type Demo, eventually, startDemo } from "../fixtures/demo.ts";

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
  "/traffic/DestinationRule/default/reviews",
  "/traffic/new?kind=EnvoyFilter",
  "/gateways",
  "/limits",
  "/alerts",
  "/objectives",
  "/authentication",
  "/authentication/strict",
  "/traffic/egress",
  "/traffic/localities?host=reviews.default.svc.cluster.local",
  "/security",
  "/security/new?kind=AuthorizationPolicy",
  "/traces",
  "/proxies",
  "/changes",
  "/settings",
  "/nowhere",
];

/** A bound for each page, since all pages of a test share one: it grows with them, and holds on a busy machine. */
const PAGE_TIMEOUT_MS = 60_000;

/** Text is dark where the page is light. */
function isDrawnIn(): "light" | "dark" {
  const ink = /[\d.]+/.exec(getComputedStyle(document.body).color)?.[0];
  return Number(ink) < 128 ? "light" : "dark";
}

test("axe finds nothing serious on any page, in light and in dark", async ({ browser }) => {
  test.setTimeout(PAGES.length * PAGE_TIMEOUT_MS);
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  const found: string[] = [];
  for (const path of PAGES) {
    await page.goto(demo.console + path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await page.waitForLoadState("load");
    // Loading states are pages too, but not these.
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => page.evaluate(isDrawnIn), path).toBe(colorScheme);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations)
        if (impact === "serious" || impact === "critical")
          found.push(
            `${path} (${colorScheme}): ${id} ${nodes
              .map(({ target }) => target.join(" "))
              .slice(0, 3)
              .join(", ")}`,
          );
    }
  }
  await context.close();
  expect(found).toEqual([]);
});

test("no page asks for what its own security policy forbids, and markup that found its way into one does not run", async ({
  page,
}) => {
  test.setTimeout(PAGES.length * PAGE_TIMEOUT_MS);
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

test("no page of any kind scrolls sideways at any width, and no cell or row leaves its card", async ({ page }) => {
  test.setTimeout(240_000);
  const long = `because-${"nobody-puts-blanks-into-it-".repeat(20)}`;
  const { revision } = await demo.api.config.applyChanges.mutate({
    changes: [
      {
        op: "upsert",
        text: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a-service-with-a-name-as-long-as-names-may-be-in-a-mesh-of-names, namespace: default }
spec:
  hosts: [a-service-with-a-name-as-long-as-names-may-be.and-a-domain-of-its-own.example.test]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 80, name: http, protocol: HTTP }]
`,
      },
    ],
    reason: long,
  });
  const trace = await eventually("a trace", 30_000, async () =>
    (await demo.api.traces.search.query({ seconds: 300, limit: 10 })).at(0),
  );
  const [proxy] = await demo.api.proxies.list.query();
  const paths = [
    ...PAGES,
    "/traffic/VirtualService/default/reviews?view=yaml",
    "/traffic/new",
    "/traffic/new?host=reviews.default.svc.cluster.local",
    "/security?tab=mtls",
    "/security?tab=all",
    "/security?tab=identities",
    "/security?tab=tokens",
    "/changes?tab=audit",
    `/changes/${revision}`,
    "/changes/999999",
    `/traces/${trace.traceId}`,
    `/traces/${trace.traceId}?view=flame`,
    `/traces/${trace.traceId}?view=similar`,
    `/traces/compare?before=${trace.traceId}&after=${trace.traceId}`,
    `/proxies/${encodeURIComponent(proxy?.id ?? "")}`,
    "/services/a-service-with-a-name-as-long-as-names-may-be.and-a-domain-of-its-own.example.test",
    "/services/nobody.default.svc.cluster.local",
  ];
  test.setTimeout(paths.length * PAGE_TIMEOUT_MS);
  const wide: string[] = [];
  for (const path of paths) {
    await page.goto(demo.console + path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(() => {
        const found: string[] = [];
        const { scrollWidth } = document.documentElement;
        if (scrollWidth > window.innerWidth) found.push(`the page is ${scrollWidth} px wide`);
        // What scrolls by itself, or is drawn on a canvas, may be as wide as it needs to be.
        const mayBeWide = (element: Element | null): boolean =>
          element !== null &&
          element.tagName !== "MAIN" &&
          (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || mayBeWide(element.parentElement));
        for (const element of document.querySelectorAll("main section *, main fieldset *")) {
          const card = element.closest("section")?.getBoundingClientRect();
          const box = element.getBoundingClientRect();
          if (card === undefined || box.width < 2 || box.height < 2 || mayBeWide(element.parentElement)) continue;
          if (box.right > card.right + 1) found.push(`${element.tagName} ${element.className} leaves its card`);
        }
        return found.slice(0, 3);
      });
      wide.push(...over.map((what) => `${path} at ${width}: ${what}`));
    }
  }
  expect(wide).toEqual([]);
});
