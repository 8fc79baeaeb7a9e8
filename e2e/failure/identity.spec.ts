import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { type Demo, startDemo, startLoad } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

const CERTIFICATE_SECONDS = 20;
const LOAD_SECONDS = 180;
let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  demo = await startDemo(["--rate", "0", "--cert-ttl", `${CERTIFICATE_SECONDS}s`]);
});
test.afterAll(() => demo?.stop());

test("with certificates of 20 seconds' life no request fails in three minutes", async () => {
  const before = (await demo.api.identity.list.query()).length;
  const load = startLoad(demo, 20, LOAD_SECONDS + 60);
  await delay(LOAD_SECONDS * 1000);
  const count = await load.finish();
  expect(count.sent).toBeGreaterThan(LOAD_SECONDS * 19);
  expect({ failed: count.failed, degraded: count.degraded, lastFailure: count.lastFailure }).toEqual({
    failed: 0,
    degraded: 0,
    lastFailure: "",
  });
  // An agent whose certificate has just been renewed is on its way back with the new one.
  await expect
    .poll(async () => (await demo.api.proxies.list.query()).every(({ connectedSince }) => connectedSince !== null))
    .toBe(true);
  const valid = await demo.api.identity.list.query();
  expect(before).toBeGreaterThan(0);
  expect(valid.every(({ notAfter }) => Date.parse(notAfter) - Date.now() <= (CERTIFICATE_SECONDS + 1) * 1000)).toBe(
    true,
  );
});

test("a join token gives one identity, once; its second use is refused and audited", async () => {
  const token = demo.pharos("token", "create", "--service-account", "guest").stdout.trim();
  const out = join(demo.dir, "guest");
  const first = demo.pharos("join", "--token", token, "--out", out);
  expect(first.status).toBe(0);
  const certificate = new X509Certificate(readFileSync(join(out, "cert-chain.pem")));
  expect(certificate.subjectAltName).toBe("URI:spiffe://cluster.local/ns/default/sa/guest");
  const roots = new X509Certificate(readFileSync(join(out, "root-cert.pem")));
  expect(certificate.verify(roots.publicKey)).toBe(true);

  const second = demo.pharos("join", "--token", token, "--out", join(demo.dir, "thief"));
  expect(second.status).toBe(6);
  expect(second.stderr).toContain("was used by");
  const audit = await demo.api.access.audit.query({ limit: 50 });
  expect(audit.some(({ outcome, reason }) => outcome === "refused" && reason.includes("was used by"))).toBe(true);
});

test("a token that was tampered with joins nothing", () => {
  const token = demo.pharos("token", "create", "--service-account", "guest").stdout.trim();
  const [prefix, claims = "", secret] = token.split(".");
  const forged = { ...(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as object), a: "admin" };
  const changed = [prefix, Buffer.from(JSON.stringify(forged)).toString("base64url"), secret].join(".");
  expect(demo.pharos("join", "--token", changed, "--out", join(demo.dir, "forged")).status).not.toBe(0);
  const foreign = { ...(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as object), f: "00".repeat(32) };
  const elsewhere = demo.pharos(
    "join",
    "--token",
    [prefix, Buffer.from(JSON.stringify(foreign)).toString("base64url"), secret].join("."),
    "--out",
    join(demo.dir, "foreign"),
  );
  expect(elsewhere.status).not.toBe(0);
});
