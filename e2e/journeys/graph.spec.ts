import { expect, type Page, test } from "@playwright/test";
import { type Demo, eventually, startDemo } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Read in one step: asked one by one, an element that goes meanwhile is waited for until the test's time is up. */
const boxesOf = (page: Page, testId: string): Promise<Box[]> =>
  page.getByTestId(testId).evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON()));

const overlap = (a: Box, b: Box) =>
  a.x + 1 < b.x + b.width && b.x + 1 < a.x + a.width && a.y + 1 < b.y + b.height && b.y + 1 < a.y + a.height;

test("what the graph says of a denial can be read, whole, and its edge leads to a policy for that caller", async ({
  page,
}) => {
  await demo.api.config.applyChanges.mutate({
    changes: [
      {
        op: "upsert",
        text: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny-page-to-details, namespace: default }
spec:
  selector: { matchLabels: { app: details } }
  action: DENY
  rules: [{ from: [{ source: { principals: ["*/sa/bookinfo-productpage"] } }] }]
`,
      },
    ],
    reason: "details are not for the page",
  });
  try {
    await page.goto(`${demo.console}/topology?range=1m`);
    const tag = page.getByTestId("graph-edge").filter({ hasText: "denied" });
    await expect(tag).toContainText("denied by deny-page-to-details", { timeout: 60_000 });
    await eventually("no tag lies under a card or upon another", 15_000, async () => {
      const [cards, tags] = [await boxesOf(page, "graph-node"), await boxesOf(page, "graph-edge")];
      const isClear = tags.every(
        (each, at) =>
          !cards.some((card) => overlap(each, card)) && !tags.slice(at + 1).some((other) => overlap(each, other)),
      );
      return cards.length >= 7 && tags.length >= 6 && isClear ? true : undefined;
    });
    // By keyboard: one edge is in the tab order, arrows lead to the others, Enter opens.
    await page.locator("[data-testid=graph-edge][tabindex='0']").focus();
    for (let step = 0; step < 8; step += 1) {
      if (await tag.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press(step % 2 === 0 ? "ArrowRight" : "ArrowUp");
    }
    await tag.focus();
    await page.keyboard.press("Enter");
    const panel = page.getByTestId("side-panel");
    await expect(panel.getByRole("table", { name: "Answers by code" })).toContainText(
      "AuthorizationPolicy default/deny",
    );
    await panel.getByRole("link", { name: "Allow or deny" }).click();
    await expect(page.locator("[aria-label^='Remove ']").filter({ visible: true }).first()).toBeVisible();
    const chips = await page
      .locator("[aria-label^='Remove ']")
      .evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")));
    expect(chips).toEqual([expect.stringContaining("productpage")]);
  } finally {
    const ref = "AuthorizationPolicy/default/deny-page-to-details";
    await demo.api.config.applyChanges.mutate({ changes: [{ op: "delete", ref }], reason: "as before" });
  }
});

test("closed namespaces stand apart, and so after a reload; opening one brings it into view", async ({ page }) => {
  await page.goto(`${demo.console}/topology?range=1m`);
  for (const name of ["default", "istio-system"])
    await page.getByRole("button", { name: new RegExp(`^Close namespace ${name},`) }).press("Enter");
  const apart = () =>
    eventually("two cards apart", 10_000, async () => {
      const [one, two, ...rest] = await boxesOf(page, "graph-node");
      return one !== undefined && two !== undefined && rest.length === 0 && !overlap(one, two) ? true : undefined;
    });
  await apart();
  await page.reload();
  await apart();
  await page.getByRole("button", { name: "Open namespace default" }).press("Enter");
  const details = page.getByRole("button", { name: /^App details v1,/ });
  await expect(details).toBeInViewport({ ratio: 0.99 });
});

test("find says what it found, opens it, and says when there is nothing", async ({ page }) => {
  await page.goto(`${demo.console}/topology?range=1m&closed=default`);
  await expect(page.getByRole("button", { name: "Open namespace default" })).toBeVisible();
  const find = page.getByRole("searchbox", { name: /^Find/ });
  await find.fill("ratings");
  await expect(page.getByTestId("found")).toContainText("1 found");
  await find.press("Enter");
  await expect(page.getByTestId("side-panel").getByRole("heading", { name: /^ratings/ })).toBeVisible();
  await find.fill("nobody-of-this-name");
  await expect(page.getByTestId("found")).toContainText("Nothing matches");
});

test("an edge is reached by keyboard with all figures off, and seen while it is there", async ({ page }) => {
  await page.goto(`${demo.console}/topology?range=1m&labels=none`);
  const silent = page.locator("[data-testid=graph-edge][data-rank='3']");
  await expect(silent.first()).toHaveCSS("opacity", "0");
  await page.locator("[data-testid=graph-edge][tabindex='0']").focus();
  const reached = silent.and(page.locator(":focus"));
  for (let step = 0; step < 8 && (await reached.count()) === 0; step += 1)
    await page.keyboard.press(step % 2 === 0 ? "ArrowRight" : "ArrowDown");
  await expect(reached).toHaveCSS("opacity", "1");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("side-panel")).toBeVisible();
});

for (const width of [1024, 390]) {
  test(`the first view at ${width} px has every card in it, and so that it can be read`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${demo.console}/topology?range=1m`);
    await eventually("all cards in view, readable, none upon another", 15_000, async () => {
      const cards = await boxesOf(page, "graph-node");
      const [frame] = await boxesOf(page, "topology-graph");
      if (frame === undefined || cards.length < 7) return undefined;
      const isShown = cards.every(
        (card) =>
          card.height > 26 &&
          card.x >= frame.x &&
          card.x + card.width <= frame.x + frame.width &&
          card.y >= frame.y &&
          card.y + card.height <= frame.y + frame.height,
      );
      return isShown && !cards.some((card, at) => cards.slice(at + 1).some((other) => overlap(card, other)))
        ? true
        : undefined;
    });
  });
}

test("the connection is not told to be made again when it is made for the first time", async ({ page }) => {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const word = document.querySelector("[data-testid=live]")?.textContent;
      if (word !== undefined && word !== null && word !== seen.at(-1)) seen.push(word);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(`${demo.console}/topology?range=1m`);
  await expect(page.getByTestId("live")).toHaveText("Live", { timeout: 60_000 });
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).not.toContain("Reconnecting");
});

test("a server that hangs is told within seconds, and so is its return", async ({ page }) => {
  await page.goto(`${demo.console}/topology?range=1m`);
  const live = page.getByTestId("live");
  await expect(live).toHaveText("Live");
  const { server } = demo.pids();
  if (server === undefined) throw new Error("the demo names no server");
  process.kill(server, "SIGSTOP");
  try {
    await expect(live).toHaveText("Connection lost", { timeout: 12_000 });
  } finally {
    process.kill(server, "SIGCONT");
  }
  await expect(live).toHaveText("Live", { timeout: 30_000 });
});

test("what a caller's own proxy turns down is told on its edge, with its traces, and of the service that it never reached", async ({
  page,
}) => {
  const ref = "Sidecar/default/narrow-page";
  await demo.api.config.applyChanges.mutate({
    changes: [
      {
        op: "upsert",
        text: `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: narrow-page, namespace: default }
spec:
  workloadSelector: { labels: { app: productpage } }
  outboundTrafficPolicy: { mode: REGISTRY_ONLY }
  egress: [{ hosts: ["./reviews.default.svc.cluster.local"] }]
`,
      },
    ],
    reason: "the page may call reviews alone",
  });
  try {
    await page.goto(`${demo.console}/topology?range=1m&view=service`);
    // What was written is a mark on the time that is shown.
    await expect(page.getByTestId("change-strip").getByRole("link").first()).toBeVisible();
    // The name tells all that denied it; the tag has room for one.
    const tag = page.getByRole("button", { name: /blocked by the caller's own proxy/ });
    await expect(tag).toBeVisible({ timeout: 60_000 });
    await tag.focus();
    await page.keyboard.press("Enter");
    const panel = page.getByTestId("side-panel");
    await expect(panel).toContainText(/Never arrived.*blocked by the caller's own proxy/);
    await expect(panel.getByRole("link", { name: "GET /productpage" }).first()).toBeVisible();
    // Names are compared in any case.
    await page.goto(`${demo.console}/services/DETAILS.default.svc.cluster.local?range=1m`);
    await expect(page.getByTestId("health-cause").first()).toContainText("never arrived", { timeout: 60_000 });
  } finally {
    await demo.api.config.applyChanges.mutate({ changes: [{ op: "delete", ref }], reason: "as before" });
  }
});
