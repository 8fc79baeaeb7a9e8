import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type Demo, eventually, startDemo } from "../fixtures/demo.ts";

let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  demo = await startDemo();
});
test.afterAll(() => demo?.stop());

function apply(yaml: string): void {
  const file = join(demo.dir, "applied.yaml");
  writeFileSync(file, yaml);
  const { status, stdout, stderr } = demo.pharos("apply", "-f", file);
  if (status !== 0) throw new Error(stdout + stderr);
}

/** Plain HTTP past every proxy of the caller's: resolves when the connection is closed. */
function callPlain(port: number): Promise<void> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nhost: ratings\r\n\r\n"));
    socket
      .resume()
      .on("error", () => done())
      .on("close", () => done());
  });
}

const row = (page: Page, table: string, text: string | RegExp) =>
  page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: text });

test("who called in plain text and was refused is told by address, with the policy, wherever callers are listed", async ({
  page,
}) => {
  const ports = JSON.parse(readFileSync(join(demo.dir, "ports.json"), "utf8")) as Record<string, number>;
  for (let count = 0; count < 5; count += 1) await callPlain(ports["ratings-v1.inbound"] ?? 0);
  await eventually("the refusals are told", 60_000, async () => {
    await page.goto(`${demo.console}/security?tab=mtls`);
    const found = row(page, "Plaintext traffic", "ratings");
    await found.first().waitFor({ timeout: 5000 });
    return true;
  });
  await expect(row(page, "Plaintext traffic", "ratings")).toContainText("127.0.0.1");
  await expect(row(page, "Plaintext traffic", "ratings")).toContainText("istio-system/default");
  await page.goto(`${demo.console}/services/ratings.default.svc.cluster.local`);
  const caller = row(page, "Callers", "unknown");
  await expect(caller).toContainText("127.0.0.1");
  await expect(caller.locator("th")).toHaveText(/unknown127\.0\.0\.1Denied by istio-system\/default$/);
});

test("a gateway whose certificate files are not there bears a mark, with the file, until they are", async ({
  page,
}) => {
  const [cert, key] = [join(demo.dir, "shop.pem"), join(demo.dir, "shop.key")];
  apply(`apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: secure, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 22499, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: SIMPLE, serverCertificate: ${cert}, privateKey: ${key} }
`);
  const list = async () => {
    await page.goto(`${demo.console}/proxies`);
    const ingress = page.getByRole("row").filter({ hasText: "istio-ingressgateway" });
    await expect(ingress).toBeVisible();
    return ingress.getByText("Host", { exact: true }).count();
  };
  await eventually("the mark", 60_000, async () => ((await list()) === 1 ? true : undefined));
  const ingress = page.getByRole("row").filter({ hasText: "istio-ingressgateway" }).getByRole("link").first();
  await page.goto(new URL((await ingress.getAttribute("href")) ?? "", demo.console).href);
  await expect(page.getByText("Its host needs a look")).toBeVisible();
  await expect(page.getByText(cert).first()).toBeVisible();
  await page.goto(`${demo.console}/traffic/Gateway/istio-system/secure`);
  const problem = page.locator('[data-code="file-not-usable"]');
  await expect(problem).toContainText(`${cert} is not there`);
  await expect(problem).toContainText("spec.servers[0].tls.serverCertificate");
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
    ...["-subj", "/CN=shop.example.com", "-keyout", key, "-out", cert],
  ]);
  expect(made.status).toBe(0);
  await expect(problem).toHaveCount(0);
  await eventually("the mark is gone", 60_000, async () => ((await list()) === 0 ? true : undefined));
});

test("a preview tells which problems end with the change", async ({ page }) => {
  apply(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: canary, namespace: default }
spec:
  hosts: [details]
  http: [{ route: [{ destination: { host: details, subset: v9 } }] }]
`);
  await page.goto(`${demo.console}/traffic/VirtualService/default/canary`);
  await page
    .getByRole("radio", { name: "YAML" })
    .or(page.getByRole("button", { name: "YAML" }))
    .or(page.getByRole("tab", { name: "YAML" }))
    .first()
    .click();
  const editor = page.locator(".cm-content");
  await editor.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: canary, namespace: default }
spec:
  hosts: [details]
  http: [{ route: [{ destination: { host: details } }] }]
`);
  await page.getByRole("button", { name: /^Preview/ }).click();
  const preview = page.getByTestId("preview");
  await expect(preview.getByRole("heading", { name: "Problems that end" })).toBeVisible();
  await expect(preview).toContainText("v9");
  await expect(preview.getByRole("heading", { name: "Problems", exact: true })).toHaveCount(0);
});

test("an identity is revoked with a reason, refused, and believed again once it is lifted", async ({ page }) => {
  const identity = "spiffe://cluster.local/ns/default/sa/bookinfo-details";
  await page.goto(`${demo.console}/security?tab=identities`);
  await page
    .getByRole("button", { name: new RegExp(`^Revoke ${identity}`) })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: "Revoke" });
  await expect(dialog.getByText(identity)).toBeVisible();
  const confirm = dialog.getByRole("button", { name: "Revoke" });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Reason" }).fill("its host was stolen");
  await confirm.click();
  await expect(dialog).toHaveCount(0);
  const revocation = page.getByTestId("revocations").getByRole("row").filter({ hasText: identity });
  await expect(revocation).toContainText("its host was stolen");
  await expect(revocation).toContainText("stands");
  await expect(
    page.getByRole("row").filter({ hasText: "bookinfo-details" }).getByText("revoked", { exact: true }).first(),
  ).toBeVisible();
  await revocation.getByRole("button", { name: `Lift the revocation of identity ${identity}` }).click();
  await expect(revocation).toContainText("lifted");
  await expect(revocation.getByRole("button")).toHaveCount(0);
  await eventually("details answers again", 60_000, async () => {
    const answer = await fetch(`${demo.gateway}/productpage`);
    return (await answer.text()).includes("Error fetching product details") ? undefined : true;
  });
});
