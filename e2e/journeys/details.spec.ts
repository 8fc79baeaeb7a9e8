import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, type Page, test } from "@playwright/test";
import { type Demo, startDemo } from "../fixtures/demo.ts";

let demo: Demo;
const SERVICES = Array.from({ length: 30 }, (_, index) => `service-${index * 7 + 2}`);

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
  const file = join(demo.dir, "services.yaml");
  writeFileSync(
    file,
    SERVICES.map(
      (name) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: ${name} } }
`,
    ).join("---\n"),
  );
  const { status, stderr } = demo.pharos("apply", "-f", file);
  if (status !== 0) throw new Error(stderr);
});
test.afterAll(() => demo?.stop());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(demo.console + path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
}

/** Why what has focus cannot be seen: all of it is out of view, or under what sticks to an edge. Empty where it can. */
const whyFocusIsHidden = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return "";
    const { left, top, bottom, width } = focused.getBoundingClientRect();
    const x = left + Math.min(width / 2, 40);
    const isSeenAt = (y: number): boolean => {
      if (y < 0 || y > innerHeight) return false;
      const bar = document.elementFromPoint(x, y)?.closest(".sticky");
      return bar === null || bar === undefined || bar.contains(focused);
    };
    if ([top + 3, (top + bottom) / 2, bottom - 3].some(isSeenAt)) return "";
    return `${focused.getAttribute("aria-label") ?? focused.textContent?.slice(0, 40) ?? focused.tagName} is hidden`;
  });

test("what is not there is said so, with the way back, and nothing is offered for it", async ({ page }) => {
  await open(page, "/services/nothing.default.svc.cluster.local");
  await expect(page.getByText("No service nothing.default.svc.cluster.local")).toBeVisible();
  await expect(page.getByRole("link", { name: "Shift traffic" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Allow or deny callers" })).toHaveCount(0);
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Services" }).click();
  await expect(page).toHaveURL(/\/services(\?|$)/);

  await open(page, "/changes/999");
  await expect(page.getByText("There is no revision 999")).toBeVisible();
  await expect(page.getByText(/^The newest is revision \d+\.$/)).toBeVisible();
  await expect(page.getByRole("button", { name: /undo|roll back/i })).toHaveCount(0);
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Changes" }).click();
  await expect(page).toHaveURL(/\/changes(\?|$)/);
});

test("the first revision shows what it created", async ({ page }) => {
  await open(page, "/changes/1");
  await expect(page.getByText("created", { exact: true }).first()).toBeVisible();
  await expect(page.getByText("VirtualService/default/reviews")).toBeVisible();
  await expect(page.getByText(/nothing differs|changes nothing/i)).toHaveCount(0);
});

test("About tells where this server listens", async ({ page }) => {
  await open(page, "/settings?tab=about");
  const places = page.getByRole("main").locator("code");
  await expect(places.first()).toHaveText(demo.console);
  const [host = "", port = ""] = ((await places.nth(1).textContent()) ?? "").split(":");
  expect(Number(port)).not.toBe(15_012);
  await new Promise<void>((done, fail) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      socket.destroy();
      done();
    });
    socket.on("error", fail);
  });
});

test("names are in the order in which people count, and a long table's head stays", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await open(page, "/services?sort=name");
  const rows = page.getByRole("table").locator("tbody tr");
  const names = await rows.locator("th").allTextContents();
  expect(names.map((name) => name.replace(/\s*default$/, "")).filter((name) => name.startsWith("service-"))).toEqual(
    SERVICES,
  );
  const head = page.getByRole("columnheader", { name: /Service/ });
  await rows.last().scrollIntoViewIfNeeded();
  await expect(rows.last()).toBeInViewport();
  await expect(head).toBeInViewport();
  await rows.last().locator("[data-row-target]").focus();
  const hidden: string[] = [];
  for (let step = 0; step < SERVICES.length; step += 1) {
    await page.keyboard.press("ArrowUp");
    hidden.push(await whyFocusIsHidden(page));
  }
  expect(hidden.filter(Boolean)).toEqual([]);
});

test("what sticks to an edge of a form never lies over what has focus", async ({ page }) => {
  test.setTimeout(400_000);
  await page.setViewportSize({ width: 1024, height: 600 });
  for (const path of ["/traffic/VirtualService/default/reviews", "/security/new?kind=AuthorizationPolicy"]) {
    await open(page, path);
    await page.getByRole("main").locator("input, button, [role=combobox]").first().focus();
    const hidden: string[] = [];
    for (const key of ["Tab", "Shift+Tab"]) {
      for (let step = 0; step < 30; step += 1) {
        await page.keyboard.press(key);
        hidden.push(await whyFocusIsHidden(page));
      }
    }
    expect(hidden.filter(Boolean)).toEqual([]);
  }
});

test("nothing that is clicked is smaller than 24 pixels, but links within a sentence", async ({ page }) => {
  test.setTimeout(300_000);
  const small: string[] = [];
  for (const path of [
    "/overview",
    "/topology",
    "/services",
    "/services/reviews.default.svc.cluster.local",
    "/traffic/VirtualService/default/reviews",
    "/gateways",
    "/limits",
    "/authentication",
    "/security",
    "/security?tab=mtls",
    "/security?tab=all",
    "/security?tab=identities",
    "/proxies",
    "/changes",
    "/changes/1",
    "/settings",
  ]) {
    await open(page, path);
    const found = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("a[href], button, [role=tab], [role=switch], [role=combobox], input")]
        .filter((element) => {
          const { width, height } = element.getBoundingClientRect();
          const style = getComputedStyle(element);
          if (width <= 1 || height <= 1 || style.visibility === "hidden" || element.tabIndex < 0) return false;
          // Its row is the target.
          if (element.matches("[data-row-target]") || element.closest("[data-testid=topology-graph]") !== null)
            return false;
          if (style.display === "inline") return false;
          // Its track is.
          if (element.matches("[type=range]")) return false;
          // An invisible edge may add to it.
          const grown = getComputedStyle(element, "::after");
          if (grown.content !== "none" && grown.position === "absolute") return false;
          return width < 23.5 || height < 23.5;
        })
        .map((element) => {
          const { width, height } = element.getBoundingClientRect();
          return `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent?.slice(0, 30)} ${Math.round(width)}x${Math.round(height)}`;
        }),
    );
    small.push(...found.map((each) => `${path}: ${each}`));
  }
  expect(small).toEqual([]);
});

test("a figure and its unit stay on one line", async ({ page }) => {
  test.setTimeout(300_000);
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ["/services", "/services/ratings.default.svc.cluster.local", "/overview"]) {
      await open(page, path);
      const tall = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("tbody td")]
          .filter((cell) => /^[<≤]?\s*[\d.]+\s?(ms|s|%)$/.test(cell.textContent.trim().replace(/\s+/g, " ")))
          .filter((cell) => {
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            const range = document.createRange();
            const lines = new Set<number>();
            for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
              range.selectNodeContents(text);
              for (const { top } of range.getClientRects()) lines.add(Math.round(top));
            }
            return lines.size > 1;
          })
          .map((cell) => cell.textContent),
      );
      expect(tall, `${path} at ${width}`).toEqual([]);
    }
  }
});

test("an edge of the graph takes focus and opens by key", async ({ page }) => {
  await open(page, "/topology");
  const graph = page.getByRole("group", { name: /^Topology\./ });
  const edge = graph.locator("[data-rank] button, button[data-rank]").first();
  await expect(edge).toBeVisible();
  await edge.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/select=/);
  await expect(page.getByRole("complementary").or(page.getByRole("dialog")).first()).toBeVisible();
});
