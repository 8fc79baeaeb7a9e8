import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeIdentity } from "#mesh-agent/identity/write-identity.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

let cleanup: Cleanup;
let plane: FakeControlPlane;
let dir: string;

beforeEach(async () => {
  cleanup = new Cleanup();
  dir = temporaryDir(cleanup);
  plane = await FakeControlPlane.open();
  cleanup.add(() => plane.stop());
});
afterEach(() => cleanup.run());

test("writes a key only its user may read, its certificate and the roots", async () => {
  const out = join(dir, "new", "place");
  const { files, spiffeId } = await writeIdentity({ token: plane.makeToken(), out });
  expect(spiffeId).toBe("spiffe://cluster.local/ns/default/sa/reviews");
  expect(readdirSync(out).sort()).toEqual(["cert-chain.pem", "key.pem", "root-cert.pem"]);
  expect(statSync(files.key).mode & 0o777).toBe(0o600);
  expect(statSync(out).mode & 0o777).toBe(0o700);
  expect(readFileSync(files.key, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  expect(readFileSync(files.certificate, "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(readFileSync(files.roots, "utf8").trim()).toBe(plane.root.trim());
});

test("what stood there is untouched when the join is refused, and replaced when it is not", async () => {
  const token = plane.makeToken();
  const { files } = await writeIdentity({ token, out: dir });
  const before = readFileSync(files.key, "utf8");
  await expect(writeIdentity({ token, out: dir })).rejects.toMatchObject({ code: "unauthenticated" });
  expect(readFileSync(files.key, "utf8")).toBe(before);
  expect(readdirSync(dir).sort()).toEqual(["cert-chain.pem", "key.pem", "root-cert.pem"]);
  await writeIdentity({ token: plane.makeToken(), out: dir });
  expect(readFileSync(files.key, "utf8")).not.toBe(before);
});

test.each(["a file", "below a file"])("%s is no place, and the token stays good", async (where) => {
  const file = join(dir, "taken");
  writeFileSync(file, "mine");
  const token = plane.makeToken();
  await expect(writeIdentity({ token, out: where === "a file" ? file : join(file, "below") })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining(file),
    hint: expect.stringContaining("the token was not used"),
  });
  expect(readFileSync(file, "utf8")).toBe("mine");
  const out = join(dir, "place");
  await writeIdentity({ token, out });
  expect(existsSync(join(out, "key.pem"))).toBe(true);
});
