import { setTimeout as delay } from "node:timers/promises";
import { expect, type Page, test } from "@playwright/test";
import { type Demo, eventually, startDemo } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

interface Edge {
  readonly source: string;
  readonly target: string;
  readonly rate: number;
  readonly health: string;
  readonly deniedBy: string;
}

/** The edges as the topology's table twin shows them now. */
async function readEdges(page: Page): Promise<Edge[]> {
  const rows = await page.getByTestId("topology-table").locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator("td, th").allInnerTexts();
      const name = (text = ""): string => text.replace(/\s+/g, " ").trim();
      return {
        source: name(cells[0]),
        target: name(cells[1]),
        rate: Number.parseFloat(cells[2] ?? ""),
        health: name(cells[6]),
        deniedBy: name(cells[7]),
      };
    }),
  );
}

const find = (edges: readonly Edge[], source: string, target: string) =>
  edges.find((edge) => edge.source.startsWith(source) && edge.target.startsWith(target));

/** Which version of reviews each of `count` pages shows, straight from the gateway. */
async function versionsServed(count: number): Promise<Set<string>> {
  const pages = await Promise.all(
    Array.from({ length: count }, async () => (await fetch(`${demo.gateway}/productpage`)).text()),
  );
  return new Set(pages.map((text) => /Reviews (v\d)/.exec(text)?.[1] ?? "none"));
}

test("the graph shows the edges of bookinfo with their traffic", async ({ page }) => {
  await page.goto(`${demo.console}/topology`);
  await expect(
    page.getByRole("button", { name: /istio-ingressgateway calls productpage v1, .* mTLS 100 %/ }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Table" }).click();
  await eventually("all edges with traffic", 30_000, async () => {
    const edges = await readEdges(page);
    const wanted = [
      ["istio-ingressgateway", "productpage"],
      ["productpage", "details"],
      ["productpage", "reviews v1"],
      ["productpage", "reviews v2"],
      ["productpage", "reviews v3"],
      ["reviews v2", "ratings"],
      ["reviews v3", "ratings"],
    ] as const;
    return wanted.every(([source, target]) => (find(edges, source, target)?.rate ?? 0) > 0) ? true : undefined;
  });
});

test("the topology is used by keyboard, and its address leads back to what was seen", async ({ page }) => {
  await page.goto(`${demo.console}/topology?view=workload`);
  const productpage = page.getByRole("button", { name: /^Workload productpage-v1,/ });
  await productpage.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByTestId("side-panel");
  await expect(panel.getByRole("heading", { name: "productpage-v1" })).toBeVisible();
  await expect(panel.getByRole("img", { name: /^Requests per second to productpage-v1\. 2xx: now/ })).toBeVisible();
  // The panel takes room, not size: what is chosen can still be read, and is in view.
  expect((await productpage.boundingBox())?.height).toBeGreaterThan(36);
  await expect(productpage).toBeInViewport({ ratio: 0.99 });
  const address = page.url();
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await page.getByRole("button", { name: "Namespace default", exact: true }).click();
  await expect(panel.getByRole("img", { name: /^Requests per second into default/ })).toBeVisible();
  await page.getByRole("button", { name: "Close namespace default, 6 inside" }).press("Enter");
  const opener = page.getByRole("button", { name: "Open namespace default" });
  await expect(opener).toBeVisible();
  await expect(productpage).toHaveCount(0);
  await expect(panel.getByText("reviews-v2")).toBeVisible();
  await opener.press("Enter");
  await expect(productpage).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("-reviews");
  await page.getByRole("checkbox", { name: "Only these" }).click();
  await expect(page.getByRole("button", { name: /^Workload reviews-v/ })).toHaveCount(0);
  await page.goto(address);
  await expect(panel.getByRole("heading", { name: "productpage-v1" })).toBeVisible();
});

test("all of reviews is moved to v3 in the form, by keyboard alone; traffic follows within five seconds", async ({
  page,
}) => {
  await page.goto(`${demo.console}/traffic/VirtualService/default/reviews`);
  const all = page.getByRole("button", { name: "Send all to reviews v3" });
  await expect(all).toBeVisible();
  await all.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Preview/ })).toBeEnabled();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByTestId("preview-proxies")).toBeVisible();
  const reason = page.getByRole("textbox", { name: "Reason" });
  await reason.focus();
  // The form proposes a reason in words; what a person types replaces it.
  await expect(reason).toHaveValue(/v3 20 → 100 %/);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("v3 is ready");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Undo/ })).toBeVisible();
  const appliedAt = Date.now();
  await eventually("only v3", 5000, async () => {
    const served = await versionsServed(10);
    return served.size === 1 && served.has("v3") ? true : undefined;
  });
  expect(Date.now() - appliedAt).toBeLessThan(5000);
  expect(await versionsServed(40)).toEqual(new Set(["v3"]));
  const [newest] = await demo.api.config.history.query({ limit: 1 });
  expect(newest?.reason).toBe("v3 is ready");
  const { text } = await demo.api.config.get.query({ ref: "VirtualService/default/reviews" });
  expect(text, "comments of the document survive the form").toContain(
    "# Most readers still get the version without stars.",
  );
});

test("the graph shows only v3", async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto(`${demo.console}/topology?as=table&range=1m`);
  await eventually("only v3 in the last minute", 120_000, async () => {
    const edges = await readEdges(page);
    const reached = edges.filter(
      ({ source, target }) => source.startsWith("productpage") && target.startsWith("reviews"),
    );
    return reached.length === 1 && reached[0]?.target.startsWith("reviews v3") && reached[0].rate > 0
      ? true
      : undefined;
  });
});

test("productpage is forbidden to call details in the form; requests get 403, the edge is unhealthy and names the policy; undo heals", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await page.goto(`${demo.console}/security/new?kind=AuthorizationPolicy`);
  await page.getByRole("combobox", { name: "On", exact: true }).click();
  await page
    .getByRole("option", { name: /details/ })
    .first()
    .click();
  await page.getByRole("combobox", { name: "Callers" }).click();
  await page
    .getByRole("option", { name: /productpage/ })
    .first()
    .click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /Preview/ })).toBeEnabled();
  await page.getByRole("button", { name: /Preview/ }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill("details are not for the page");
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  const undo = page.getByRole("button", { name: /Undo/ });
  await expect(undo).toBeVisible();
  await eventually("details answer 403", 5000, async () => {
    const answer = await fetch(`${demo.gateway}/productpage`);
    await answer.arrayBuffer();
    return answer.headers.get("x-degraded") === "details=403" ? true : undefined;
  });

  // As it happens: why, and with which headers. Who looked is noted as the page closes.
  const live = await page.context().newPage();
  await live.goto(`${demo.console}/requests?live=1&headers=1&q=code:403+side:destination`);
  const refused = live.getByTestId("live-requests").locator("tbody tr");
  await expect(refused.nth(3)).toBeVisible({ timeout: 30_000 });
  await live.getByRole("button", { name: "Pause" }).click();
  const headers = live.getByTestId("tapped-headers");
  for (let row = 0; (await headers.count()) === 0; row += 1)
    await refused.nth(row).locator("[data-row-target]").click();
  await expect(headers).toContainText("x-forwarded-client-cert: redacted");
  await expect(live.getByTestId("request-detail")).toContainText(/refused by AuthorizationPolicy\/default\//);
  await live.close();
  await eventually("the trail says who looked", 15_000, async () => {
    const lines = await demo.api.access.audit.query({ limit: 10, action: "requests.tapHeaders" });
    return lines.some(({ reason }) => /^ended after \d+ s: [1-9]/.test(reason)) ? true : undefined;
  });

  const topology = await page.context().newPage();
  await topology.goto(`${demo.console}/topology?as=table&range=1m`);
  const broken = await eventually("the edge names its policy", 60_000, async () => {
    const edge = find(await readEdges(topology), "productpage", "details");
    return edge !== undefined && !edge.deniedBy.startsWith("–") && /fail/i.test(edge.health) ? edge : undefined;
  });
  const [policy] = await demo.api.config.list.query({ kinds: ["AuthorizationPolicy"] });
  expect(broken.deniedBy).toContain(policy?.name ?? "no policy");

  await undo.click();
  await eventually("details answer again", 15_000, async () => {
    const answer = await fetch(`${demo.gateway}/productpage`);
    await answer.arrayBuffer();
    return answer.headers.has("x-degraded") ? undefined : true;
  });
  await eventually("the edge is well again", 120_000, async () => {
    const edge = find(await readEdges(topology), "productpage", "details");
    return edge !== undefined && /healthy/i.test(edge.health) && edge.deniedBy.startsWith("–") ? true : undefined;
  });
  expect(await demo.api.config.list.query({ kinds: ["AuthorizationPolicy"] })).toEqual([]);
});

test("a trace opens that spans at least four services, in each of its views, is compared with one like it and comes back from a file", async ({
  page,
}) => {
  await delay(3000);
  await page.goto(`${demo.console}/traces`);
  const trace = await eventually("a trace of four services", 30_000, async () =>
    (await demo.api.traces.search.query({ seconds: 300, limit: 50 })).find(
      ({ services }) => Object.keys(services).length >= 4,
    ),
  );
  await expect(page.getByRole("heading", { name: "Traces", level: 1 })).toBeVisible();
  await page.goto(`${demo.console}/traces/${trace.traceId}`);
  for (const service of Object.keys(trace.services))
    await expect(page.getByText(service.split(".")[0] ?? service).first()).toBeVisible();
  const spans = page.getByRole("treeitem").or(page.getByRole("row"));
  expect(await spans.count()).toBeGreaterThanOrEqual(4);
  await page.getByRole("treeitem").first().click();
  await expect(page.getByTestId("span-config")).toContainText("Revision");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "OTLP JSON" }).click(),
  ]);
  const view = (name: string) => page.getByTestId("trace-views").getByRole("button", { name, exact: true }).click();
  await view("Flame graph");
  expect(await page.getByTestId("flame-box").count()).toBeGreaterThanOrEqual(4);
  await view("Services");
  await expect(page.getByTestId("trace-calls")).toContainText("productpage");
  await view("Critical path");
  await expect(page.getByTestId("critical-path")).toContainText("%");
  await view("Similar");
  await page.getByTestId("similar-traces").getByRole("link").first().click();
  await expect(page.getByTestId("compared")).toContainText("productpage");

  await page.goto(`${demo.console}/traces/file`);
  await page.getByTestId("trace-file").setInputFiles(await file.path());
  await expect(page.getByTestId("span").first()).toBeVisible();
  await page.getByTestId("trace-file").setInputFiles("package.json");
  await expect(page.getByTestId("file-failure")).toContainText("has none of data");
});

test("of two who edit the same object the slower one is told, loses nothing, and puts their change on top", async ({
  page,
}) => {
  const address = `${demo.console}/traffic/VirtualService/default/reviews`;
  const slower = await page.context().newPage();
  await slower.goto(address);
  await slower.getByRole("button", { name: "Timeout, retries, faults, copies" }).click();
  await slower.getByRole("textbox", { name: "Timeout", exact: true }).fill("7s");

  await page.goto(address);
  await page.getByRole("button", { name: "Send all to reviews v1" }).click();
  await page.getByRole("button", { name: /Preview/ }).click();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(page.getByRole("button", { name: /Undo/ })).toBeVisible();

  await slower.getByRole("button", { name: /Preview/ }).click();
  await expect(slower.getByText("Someone changed this while you were editing")).toBeVisible();
  await expect(slower.getByRole("button", { name: "Apply", exact: true })).toHaveCount(0);
  await slower.getByRole("button", { name: "Put my changes on top" }).click();
  await slower.getByRole("button", { name: /Preview/ }).click();
  await slower.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(slower.getByRole("button", { name: /Undo/ })).toBeVisible();
  const { text } = await demo.api.config.get.query({ ref: "VirtualService/default/reviews" });
  expect(text).toContain("timeout: 7s");
  expect(text).toMatch(/subset: v1 \}, weight: 100/);
});
