import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type Serve, startServe } from "../../testing/start-serve.ts";
import { eventually } from "../fixtures/demo.ts";

const PASSWORD = "a lighthouse keeper";

let server: Serve;

test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  server = await startServe({ console: true });
});
test.afterAll(() => server?.stop());

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(" ")}`)).toEqual([]);
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("User name").fill("keeper");
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

test("whoever is not signed in sees no page of the mesh, and is told of the setup link", async ({ page }) => {
  await page.goto(`${server.url}/proxies`);
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fproxies/);
  await expect(page.getByText("There is no account yet")).toBeVisible();
  await expectAccessible(page);
  expect((await page.request.get(`${server.url}/api/trpc/proxies.list`)).status()).toBe(401);
});

test("the one-time link makes the first account, once", async ({ page, browser }) => {
  const link = await eventually(
    "the setup link in the log",
    10_000,
    () => /http:\S+\/setup\?token=[^"\s]+/.exec(server.log())?.[0],
  );
  await page.goto(link);
  await expectAccessible(page);
  await page.getByLabel("User name").fill("keeper");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password, again").fill("another");
  await expect(page.getByText("This is not the same password.")).toBeVisible();
  await page.getByLabel("Password, again").fill(PASSWORD);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page).toHaveURL(/\/overview/);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const other = await browser.newPage();
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Pharos is set up" })).toBeVisible();
  await other.close();
});

test("pages say what to do where there is nothing yet", async ({ page }) => {
  await page.goto(`${server.url}/sign-in`);
  await signIn(page, PASSWORD);
  await expect(page).toHaveURL(/\/overview/);
  for (const path of [
    "/overview",
    "/topology",
    "/services",
    "/traffic",
    "/security",
    "/traces",
    "/proxies",
    "/changes",
    "/settings",
  ]) {
    await page.goto(server.url + path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
    await expectAccessible(page);
    await page.screenshot({ path: test.info().outputPath(`empty${path.replaceAll("/", "-")}.png`) });
  }
});

test("a wrong password is refused, a right one leads on to where one was, and signing out ends it", async ({
  page,
}) => {
  await page.goto(`${server.url}/topology?view=service&find=a%20b&range=1h`);
  await signIn(page, "not the password");
  await expect(page.getByRole("alert").filter({ hasText: /password/i })).toBeVisible();
  await signIn(page, PASSWORD);
  // A blank may be written in two ways.
  await expect(page).toHaveURL(
    ({ pathname, searchParams }) =>
      pathname === "/topology" &&
      ["view=service", "find=a b", "range=1h"].join() === [...searchParams].map((pair) => pair.join("=")).join(),
  );
  await page.getByRole("button", { name: /account/i }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(`${server.url}/overview`);
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a session that ends under an open page is told there, and signing in leads back", async ({ page }) => {
  await page.goto(`${server.url}/services`);
  await signIn(page, PASSWORD);
  await expect(page.getByRole("heading", { level: 1, name: "Services" })).toBeVisible();
  await page.context().clearCookies();
  const notice = page.getByRole("alert").filter({ hasText: "Your session has ended" });
  await expect(notice).toBeVisible();
  await notice.getByRole("button", { name: "Sign in" }).click();
  await signIn(page, PASSWORD);
  await expect(page).toHaveURL(/\/services/);
});
