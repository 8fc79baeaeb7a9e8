import { expect, type Page, test } from "@playwright/test";
import { type Demo, startDemo } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

const outcomes = (page: Page) => page.getByTestId("outcome");
const REVIEWS = "http://reviews.default.svc.cluster.local:9080/reviews/0";

test("who calls and what are chosen, and the steps on both sides say why", async ({ page }) => {
  await page.goto(`${demo.console}/simulate`);
  await expect(page.getByText("Nothing asked yet")).toBeVisible();
  const caller = page.getByRole("combobox", { name: "Caller" });
  await caller.fill("productpage");
  await page.getByRole("option", { name: "productpage-v1-0.default" }).click();
  await page.getByLabel("URL").fill(REVIEWS);
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(outcomes(page)).toHaveCount(3);
  const first = outcomes(page).first();
  await expect(first).toContainText("Reaches reviews-v1");
  await expect(first.getByRole("region", { name: "At productpage-v1-0" })).toContainText("50 of 100 requests");
  const called = first.getByRole("region", { name: /^At reviews-v1-0/ });
  await expect(called).toContainText("mutual TLS");
  await expect(first.getByRole("link", { name: "VirtualService/default/reviews" }).first()).toBeVisible();
  // The answer stays, and is told to be of the request before.
  await page.getByLabel("URL").fill("http://ratings:9080/");
  await expect(page.getByText("The answer is to the request before")).toBeVisible();
});

test("a link with a whole request opens with its answer", async ({ page }) => {
  const query = new URLSearchParams({ from: "productpage-v1-0.default", url: REVIEWS });
  await page.goto(`${demo.console}/simulate?${query}`);
  await expect(outcomes(page)).toHaveCount(3);
  // From the page of a service too, by whoever calls it.
  await page.goto(`${demo.console}/services/details.default.svc.cluster.local`);
  await expect(page.getByRole("table", { name: "Callers" })).toContainText("productpage", { timeout: 60_000 });
  await page.getByRole("link", { name: "Simulate", exact: true }).and(page.locator("main a")).click();
  await expect(outcomes(page)).toHaveCount(1);
  await expect(outcomes(page)).toContainText("Reaches details-v1");
});

test("a caller whom nobody knows is marked and told when it is asked", async ({ page }) => {
  const query = new URLSearchParams({ from: "nobody", url: REVIEWS });
  await page.goto(`${demo.console}/simulate?${query}`);
  await expect(page.getByText("no connected proxy has this name yet")).toBeVisible();
  await expect(page.getByTestId("simulation")).toContainText('No connected proxy is called "nobody"');
});

test("an edit that was begun is tried before it is applied, and its form opens with what was typed at once", async ({
  page,
}) => {
  const path = "/traffic/VirtualService/default/reviews";
  await page.goto(demo.console + path);
  await page.getByRole("button", { name: "Send all to reviews v3" }).click();
  // Leaving is asked about; the tab's storage keeps the draft.
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  // Never what the server holds first: the share is what was chosen when anything is drawn at all.
  const shares = page.getByRole("slider");
  await expect(shares.first()).toBeVisible();
  expect(await shares.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value))).toEqual([
    "0",
    "0",
    "100",
  ]);
  const query = new URLSearchParams({ from: "productpage-v1-0.default", url: REVIEWS });
  await page.goto(`${demo.console}/simulate?${query}`);
  await page.getByRole("button", { name: "Unsaved: VirtualService/default/reviews" }).click();
  await expect(page.getByText("The change makes a difference to this request")).toBeVisible();
  await expect(outcomes(page)).toHaveCount(1);
  await expect(outcomes(page)).toContainText("Reaches reviews-v3");
  await page.getByRole("button", { name: "As it is" }).click();
  await expect(outcomes(page)).toHaveCount(3);
  await page.getByRole("button", { name: "Without a change" }).click();
  await expect(page.getByText("The change makes a difference to this request")).toHaveCount(0);
});
