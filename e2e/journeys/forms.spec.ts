import { expect, type Page, test } from "@playwright/test";
import { type Demo, startDemo } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

async function openPolicy(page: Page): Promise<void> {
  await page.goto(`${demo.console}/security/new?kind=AuthorizationPolicy&action=DENY`);
  await page.getByRole("combobox", { name: "On", exact: true }).click();
  await page
    .getByRole("option", { name: /details/ })
    .first()
    .click();
}

/** The values in all chip fields; an open list hides the rest of the page from roles. */
const chips = (page: Page) =>
  page
    .locator("[aria-label^='Remove ']")
    .evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")?.replace("Remove ", "")));

test("what is typed into a chip field is taken by Enter, Tab, a comma, pasting and leaving the field", async ({
  page,
  context,
}) => {
  await openPolicy(page);
  const paths = page.getByRole("combobox", { name: "Paths" });
  await paths.click();
  await page.keyboard.type("/enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/tab");
  await page.keyboard.press("Tab");
  await paths.click();
  await page.keyboard.type("/comma,/blur");
  await page.locator("h1").click();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText("/pasted/1\n/pasted/2"));
  await paths.click();
  await page.keyboard.press("Control+V");
  expect(await chips(page)).toEqual(["/enter", "/tab", "/comma", "/blur", "/pasted/1", "/pasted/2"]);
  // Escape takes away what is being typed and nothing else.
  await page.keyboard.type("/escaped");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  expect(await chips(page)).toHaveLength(6);
  // What was typed to find a name is not taken besides the name.
  await page.getByRole("combobox", { name: "Callers" }).click();
  await page.keyboard.type("produ");
  await page.getByRole("option", { name: /productpage/ }).click();
  await page.keyboard.press("Escape");
  expect((await chips(page)).filter((name) => name?.includes("produ"))).toEqual([
    expect.stringContaining("productpage"),
  ]);
});

test("no preview leaves out what stands in a field, and what is missing is asked for before it is complained of", async ({
  page,
}) => {
  await openPolicy(page);
  await page.getByRole("checkbox", { name: /^Anyone/ }).click();
  await page.getByRole("combobox", { name: "Paths" }).click();
  await page.keyboard.type("/admin/*");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("What it would do")).toBeVisible();
  await expect(page.getByTestId("text-diff").or(page.getByRole("table")).first()).toContainText("/admin/*");

  await page.goto(`${demo.console}/traffic/VirtualService/default/reviews`);
  await page.getByRole("button", { name: "Add rule for some requests" }).click();
  const path = page.getByRole("textbox", { name: "Path: value" });
  await expect(path).toHaveValue("");
  await expect(page.getByText("Fill in what is missing, then preview it")).toBeVisible();
  await page.getByRole("button", { name: /Preview/ }).click();
  await expect(page.getByText(/path is missing/).first()).toBeVisible();
  await path.fill("/beta");
  await expect(page.getByText(/path is missing/)).toHaveCount(0);
  // The name of a header is the row: it stays where it is, whatever is added after it.
  const rule = page.getByTestId("rule").first();
  for (const name of ["x-first", "x-second"]) {
    await rule.getByRole("button", { name: "And" }).click();
    await page.getByRole("menuitem", { name: "Header" }).click();
    await page.keyboard.type(name);
    await page.keyboard.press("Tab");
  }
  const names = rule.getByRole("textbox", { name: "Header name" });
  await names.first().fill("x-renamed");
  await page.keyboard.press("Enter");
  await expect(names.nth(0)).toHaveValue("x-renamed");
  await expect(names.nth(1)).toHaveValue("x-second");
});

test("after a deletion its roll-out is watched and can be undone", async ({ page }) => {
  const address = `${demo.console}/traffic/VirtualService/default/reviews`;
  await page.goto(address);
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Deleted as revision/ })).toBeVisible();
  await expect(page.getByTestId("rollout")).toBeVisible();
  // Longer than any query waits to ask again.
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(page.getByTestId("rollout").getByText(/acknowledged it/)).toBeVisible();
  await expect(page.getByText("What is shown is not fresh")).toHaveCount(0);
  const synced = await page.getByTestId("sync").textContent();
  expect(synced).toMatch(/\d+ synced/);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: /is undone, as revision/ })).toBeVisible();
  await page.goto(address);
  await expect(page.getByRole("button", { name: "Send all to reviews v1" })).toBeVisible();
});

test("which instances callers prefer is chosen in a form, and told on the service's page with the reason", async ({
  page,
}) => {
  await demo.api.config.applyChanges.mutate({
    changes: [
      {
        op: "upsert",
        text: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: places, namespace: default }
spec:
  hosts: [places.example.test]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints:
    - { address: 192.0.2.1, locality: eu/a }
    - { address: 192.0.2.2, locality: us/a, weight: 3 }
`,
      },
    ],
    reason: "a service in two places",
  });
  await page.goto(`${demo.console}/services/places.example.test`);
  await page.getByRole("button", { name: "Tasks" }).click();
  await page.getByRole("menuitem", { name: "Prefer near instances" }).click();
  await page.getByRole("button", { name: "Then a region" }).click();
  for (const [name, region] of [
    ["Callers in region", "eu"],
    ["go on to region", "us"],
  ] as const) {
    await page.getByRole("combobox", { name }).click();
    await page.keyboard.type(region);
    await page.keyboard.press("Tab");
    await expect(page.getByRole("combobox", { name })).toHaveValue(region);
  }
  await expect(page.getByRole("button", { name: /Preview/ })).toBeEnabled();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByTestId("text-diff").or(page.getByRole("table")).first()).toContainText(/from: "?eu/);
  const reason = page.getByRole("textbox", { name: "Reason" });
  await expect(reason).toHaveValue(/eu, then us/);
  await reason.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Undo/ })).toBeVisible();
  await page.goto(`${demo.console}/services/places.example.test`);
  await expect(page.getByText("Callers: anywhere")).toBeVisible();
  await expect(page.getByText("75%")).toBeVisible();
  const { status, stdout } = demo.pharos("explain", "places.example.test");
  expect(status).toBe(0);
  expect(stdout).toMatch(/anywhere +80 +0 +eu\/a \(1\) +25% +another region/);
});

test("a slider moves the weights of its own rule, also where two rules share one list; the words tell shares", async ({
  page,
}) => {
  await demo.api.config.applyChanges.mutate({
    changes: [
      {
        op: "upsert",
        text: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shared, namespace: default }
spec:
  hosts: [shared.example.test]
  http:
    # testers first
    - name: testers
      match: [{ uri: { prefix: /beta } }]
      route: &split
        - { destination: { host: reviews, subset: v1 }, weight: 1 }
        - { destination: { host: reviews, subset: v2 }, weight: 2 } # most
        - { destination: { host: reviews, subset: v3 }, weight: 1 }
    # everybody else
    - name: rest
      route: *split
`,
      },
    ],
    reason: "two rules, one list",
  });
  await page.goto(`${demo.console}/traffic/VirtualService/default/shared`);
  await expect(page.getByText(/reviews v1 \(25 %\), reviews v2 \(50 %\)/).first()).toBeVisible();
  const rest = page.getByTestId("rule").nth(1);
  await rest.getByRole("button", { name: "Send all to reviews v2" }).click();
  const words = page.getByRole("listitem").filter({ hasText: /go(es)? to reviews/ });
  await expect(words.nth(1)).toContainText("Everything else goes to reviews v2.");
  await expect(words.nth(0)).toContainText("reviews v1 (25 %), reviews v2 (50 %) and reviews v3 (25 %)");
});

test("a kind without a form of its own is edited in the one that its schema makes, and its page tells on what it bears", async ({
  page,
}) => {
  await page.goto(`${demo.console}/traffic/new?kind=TrafficExtension`);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("greets");
  await page.getByRole("combobox", { name: "On", exact: true }).click();
  await page
    .getByRole("option", { name: /^details/ })
    .first()
    .click();
  const script = page.getByRole("textbox", { name: "Inline code" });
  await script.fill("function envoy_on_response(handle)\n  handle:headers():add('x-greeting', 'hello')\nend\n");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Match/ }).click();
  await page.getByRole("combobox", { name: "Mode" }).click();
  await page.getByRole("option", { name: "Server", exact: true }).click();
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect(page.getByLabel(/^YAML of/)).toContainText("mode: SERVER");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByLabel("Reason")).toHaveValue("new TrafficExtension greets");
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(page.getByTestId("rollout").getByText(/acknowledged it/)).toBeVisible();
  await page.reload();
  const standing = page.getByTestId("standing");
  await expect(standing).toContainText("details.default.svc.cluster.local");
  await expect(standing).toContainText(/acknowledged it/);
  await expect(standing).not.toContainText("reviews");
  await page.getByRole("link", { name: "history" }).click();
  await expect(page.getByRole("row", { name: /new TrafficExtension greets/ })).toBeVisible();
});

test("a task that was looked at and left does not stand in the way of the next one", async ({ page }) => {
  const begin = (task: string) =>
    page.goto(`${demo.console}/traffic/new?task=${task}&host=reviews.default.svc.cluster.local`);
  await begin("mirror");
  await expect(page.getByText(/copied to reviews v3/).first()).toBeVisible();
  await begin("fault");
  await expect(page.getByText(/delayed by 2s/).first()).toBeVisible();
  await expect(page.getByText(/copied to reviews v3/)).toHaveCount(0);
  // An own edit is kept, and does not keep the next task away.
  await page.getByRole("tab", { name: "YAML" }).click();
  await page.getByRole("textbox", { name: /^YAML of/ }).press("Control+End");
  await page.keyboard.type("\n# mine");
  await expect.poll(() => page.evaluate(() => Object.values(sessionStorage).join().includes("# mine"))).toBe(true);
  page.once("dialog", (dialog) => dialog.accept());
  await begin("mirror");
  await expect(page.getByText("You have an earlier edit of this, and it is what is shown")).toBeVisible();
  await page.getByRole("button", { name: "Add it to my edit" }).click();
  await expect(page.getByText(/copied to reviews v3/).first()).toBeVisible();
  await expect(page.getByText(/delayed by 2s/).first()).toBeVisible();
  // What is applied is watched, though the address tells of the task no more, and is edited again from there.
  await page.getByRole("button", { name: /^Preview/ }).click();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(page.getByTestId("rollout").getByText(/acknowledged it/)).toBeVisible();
  await expect(page).toHaveURL(/\/reviews$/);
  await page.getByRole("button", { name: "Edit again" }).click();
  await expect(page.getByText(/copied to reviews v3/).first()).toBeVisible();
  await expect(page.getByText("Someone changed this while you were editing")).toHaveCount(0);
  const [applied] = await demo.api.config.history.query({ limit: 1 });
  await demo.api.config.undo.mutate({ revision: applied?.revision ?? 0, reason: "as it was" });
});

test("numbers are edited as numbers in lists too, and stand as documents write them", async ({ page }) => {
  await page.goto(`${demo.console}/traffic/new?kind=Quota`);
  // It stands under Limits, whatever an older link says.
  await expect(
    page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Limits" }),
  ).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("10000");
  const soft = page.getByRole("group", { name: "Soft" }).getByRole("textbox").first();
  await expect(soft).toHaveValue("80");
  await soft.fill("85");
  await soft.press("Tab");
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect(page.getByLabel(/^YAML of/)).toContainText("85");
});

test("a task that writes the first of its kind is watched and undone where it was applied", async ({ page }) => {
  await page.goto(`${demo.console}/authentication/strict`);
  await page.getByRole("button", { name: "Preview" }).click();
  const read = page.waitForResponse((response) =>
    /config\.get\b.*PeerAuthentication\/default/.test(decodeURIComponent(response.url())),
  );
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  // The page reads what was written.
  await (await read).finished();
  await expect(page.getByTestId("rollout").getByRole("status")).toContainText("revision");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: /is undone, as revision/ })).toBeVisible();
});

test("a rule that is written in its form fires, is silenced beside the alert and is over when it is removed; an objective has its page", async ({
  page,
}) => {
  test.setTimeout(240_000);
  const objective = {
    ...{ apiVersion: "observe.pharos.dev/v1", kind: "Objective", metadata: { name: "pages", namespace: "default" } },
    spec: {
      service: "productpage",
      availability: {},
      target: 90,
      window: { calendar: "Day", timeZone: "Europe/Berlin" },
    },
  };
  await demo.api.config.applyChanges.mutate({
    changes: [{ op: "upsert", text: JSON.stringify(objective) }],
    reason: "promised",
  });

  await page.goto(`${demo.console}/alerts`);
  await page.getByRole("button", { name: "New" }).click();
  await page.getByRole("menuitem", { name: "AlertRule" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("busy");
  await page
    .getByRole("textbox", { name: "Expr" })
    .fill(
      'sum by (destination_workload) (increase(istio_requests_total{destination_workload="productpage-v1"}[10m])) > 0',
    );
  await page.getByRole("textbox", { name: "For", exact: true }).fill("0s");
  await page.getByRole("button", { name: /Preview/ }).click();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(page.getByRole("button", { name: /Undo/ })).toBeVisible();

  await page.goto(`${demo.console}/alerts`);
  const row = page.getByTestId("alerts").getByRole("row").filter({ hasText: "destination_workload=productpage-v1" });
  await expect(row).toContainText("Firing", { timeout: 60_000 });
  await expect(page.getByTestId("alert-bell")).toHaveAccessibleName("Alerts: 1 firing", { timeout: 30_000 });
  await row.getByRole("button", { name: "Silence" }).click();
  const dialog = page.getByRole("dialog");
  const submit = dialog.getByRole("button", { name: "Silence" });
  await expect(submit).toBeDisabled();
  await dialog.getByRole("checkbox", { name: /^severity/ }).click();
  await dialog.getByRole("textbox", { name: "Reason" }).fill("busy is good");
  await submit.click();
  await expect(row).toContainText("Silenced");
  await expect(row.getByRole("button", { name: "Silence" })).toHaveCount(0);
  await page.getByRole("tab", { name: "Rules and silences" }).click();
  await expect(page.getByRole("row").filter({ hasText: "busy is good" })).toContainText("alertname");

  expect(demo.pharos("delete", "alertrule/busy").status).toBe(0);
  await page.getByRole("tab", { name: "Now" }).click();
  await expect(page.getByText("Nothing fires")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("tab", { name: "History" }).click();
  await expect(page.getByTestId("alert-history").getByRole("row").filter({ hasText: "busy" })).toContainText("Over");

  await page.goto(`${demo.console}/objectives`);
  await expect(page.getByTestId("objectives").getByRole("row").filter({ hasText: "pages" })).toContainText("Met", {
    timeout: 120_000,
  });
  await page.getByTestId("objectives").getByRole("link", { name: /pages/ }).click();
  await expect(page.getByTestId("budget")).toContainText("each day of Europe/Berlin");
  await expect(page.getByRole("img", { name: /^Budget left, in percent/ })).toBeVisible();

  await page.goto(`${demo.console}/objectives`);
  await page.getByRole("link", { name: "New Objective" }).click();
  await page.getByRole("button", { name: "One operation" }).click();
  await expect(page.getByRole("group", { name: "Requests", exact: true })).toBeVisible();
  // What is good, and over which time: each is asked once.
  await expect(page.getByRole("combobox", { name: "By", exact: true })).toHaveCount(2);
});
