import { expect, test } from "@playwright/test";
import { makeTestAuthority } from "../../grpc/testing/certificates.ts";
import { type Demo, startDemo } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

test("a credential is told with its revocation list and who names it, and deleting it says what it takes away", async ({
  page,
}) => {
  const authority = await makeTestAuthority();
  const shop = await authority.issue([{ type: "dns", value: "shop.example.com" }]);
  const material = { certificate: shop.cert, key: shop.key, roots: authority.roots };
  const revocationList = await authority.revoke(shop.cert);
  await demo.api.credentials.put.mutate({ namespace: "default", name: "shop", ...material, revocationList });
  // Nobody runs with these labels: no port is taken.
  const text = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: nobody }
  servers:
    - { port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: shop } }
`;
  await demo.api.config.applyChanges.mutate({ changes: [{ op: "upsert", text }], reason: "a gateway" });
  await page.goto(`${demo.console}/gateways`);
  await expect(page.getByTestId("gateway-default-web")).toContainText("shop.example.com");
  const row = page.getByRole("table", { name: "Credentials" }).getByRole("row").filter({ hasText: "default/shop" });
  await expect(row).toContainText("revocation list");
  await expect(row.getByRole("link", { name: "Gateway default/web" })).toBeVisible();
  await row.getByRole("button", { name: "Delete default/shop" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Gateway default/web names it");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(row).toHaveCount(0);
  await expect(page.getByTestId("gateway-default-web")).toContainText("no credential default/shop is stored");
});

test("a service is exposed in the steps of every change: words, checks, difference", async ({ page }) => {
  await page.goto(`${demo.console}/gateways/expose?host=reviews.default.svc.cluster.local`);
  await page.getByRole("textbox", { name: "Host" }).fill("books.example.com");
  await expect(page.getByTestId("in-words")).toContainText("books.example.com go from the gateway to reviews");
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByTestId("preview");
  await expect(preview).toContainText("Gateway/default/books-example-com");
  await expect(preview).toContainText("VirtualService/default/books-example-com");
  await expect(page.getByRole("textbox", { name: "Reason" })).toHaveValue(/^expose reviews/);
});

test("requiring tokens writes the rule and the policy in one revision, shows their keys, and is undone", async ({
  page,
}) => {
  await page.goto(`${demo.console}/authentication/tokens?host=ratings.default.svc.cluster.local`);
  await page.getByRole("textbox", { name: "Issuer" }).fill("https://issuer.example.test");
  // The port of nobody: they are never fetched.
  await page.getByRole("textbox", { name: "Keys" }).fill("http://127.0.0.1:1/keys");
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByTestId("preview");
  await expect(preview).toContainText("RequestAuthentication/default/tokens-ratings");
  await expect(preview).toContainText("AuthorizationPolicy/default/tokens-ratings");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("heading", { name: /^Applied as revision/ })).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(`${demo.console}/authentication`);
  await expect(other.getByTestId("issuers")).toContainText("https://issuer.example.test");
  await expect(other.getByTestId("issuers")).toContainText("AuthorizationPolicy default/tokens-ratings");
  await expect(other.getByTestId("keys")).toContainText("Never fetched");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { name: /is undone/ })).toBeVisible();
  await expect(other.getByTestId("issuers")).toContainText("No tokens are checked", { timeout: 30_000 });
});

test("a limit is made in the form, whom it refuses is told on its page, in the graph and on the edge, which leads to it, and it is deleted", async ({
  page,
}) => {
  // Counters are fetched now and then: what is waited for comes after two of them.
  test.setTimeout(240_000);
  await page.goto(`${demo.console}/limits`);
  await expect(page.getByText("No limits yet")).toBeVisible();
  await page.getByRole("link", { name: "New RateLimit" }).click();
  await page.getByRole("region", { name: "For whom" }).getByRole("textbox", { name: "Name" }).fill("pages");
  await page.getByRole("combobox", { name: "On", exact: true }).click();
  await page
    .getByRole("option", { name: /productpage/ })
    .first()
    .click();
  await page.getByRole("textbox", { name: "Amount" }).fill("1");
  await page.getByRole("textbox", { name: "Per", exact: true }).fill("60s");
  await expect(page.getByRole("region", { name: "In words" })).toContainText(
    "At most 1 request in 60s for each source.principal",
  );
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("heading", { name: /^Applied as revision/ })).toBeVisible();
  await expect.poll(async () => (await fetch(`${demo.gateway}/productpage`)).status, { timeout: 30_000 }).toBe(429);
  await page.goto(`${demo.console}/limits`);
  const limit = page.getByTestId("limit-default-pages");
  await expect(limit).toContainText("productpage.default.svc.cluster.local");
  await expect(limit.getByRole("row").filter({ hasText: "per-caller" })).toContainText("istio-ingressgateway", {
    timeout: 60_000,
  });
  await page.goto(`${demo.console}/topology?range=1m`);
  const tag = page.getByTestId("graph-edge").filter({ hasText: "limited" });
  await expect(tag.first()).toContainText("limited by pages", { timeout: 60_000 });
  await page.goto(`${demo.console}/topology?as=table`);
  await page.getByRole("link", { name: "Limited by RateLimit default/pages, rule per-caller" }).first().click();
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Deleted as revision/ })).toBeVisible();
  await page.goto(`${demo.console}/limits`);
  await expect(page.getByText("No limits yet")).toBeVisible();
});
