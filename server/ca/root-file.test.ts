import { createPrivateKey } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeRoot } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { loadRoot, saveRoot } from "#server/ca/root-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos ca "));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const contents = () =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]));

describe.each([
  ["a passphrase", "correct horse"],
  ["no passphrase", undefined],
  ["a passphrase that is empty, which counts as none", ""],
])("with %s", (_, passphrase) => {
  test("a restart finds the same root, and changes no file", async () => {
    const first = await openAuthority(dir, "cluster.local", passphrase);
    const before = contents();
    const second = await openAuthority(dir, "cluster.local", passphrase);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(second.root).toBe(first.root);
    expect(contents()).toEqual(before);
    expect(existsSync(join(dir, "ca-key-secret"))).toBe(!passphrase);
  });

  test("the key is in no file, in no form, and no file is for others to read", async () => {
    const root = await makeRoot("cluster.local", Date.now());
    saveRoot(dir, root, passphrase);
    const key = createPrivateKey(root.key);
    const { d = "" } = key.export({ format: "jwk" });
    const pkcs8 = key.export({ format: "der", type: "pkcs8" });
    const forms = [
      root.key.trim(),
      "PRIVATE KEY",
      pkcs8.toString("base64"),
      d,
      Buffer.from(d, "base64url").toString("hex"),
    ];
    for (const [name, text] of Object.entries(contents())) {
      const plain = `${text}\n${text.replace(/\s/g, "")}\n${Buffer.from(text, "base64").toString("latin1")}`;
      for (const form of forms) expect(plain, name).not.toContain(form);
      expect(plain, name).not.toContain(Buffer.from(d, "base64url").toString("latin1"));
      expect(statSync(join(dir, name)).mode & 0o077, name).toBe(0);
    }
    expect(loadRoot(dir, passphrase)).toEqual(root);
  });
});

describe("a root that cannot be opened names what is wrong and the next step, and nothing is written", () => {
  const path = (name: string) => join(dir, name);

  test.each<[string, string | undefined, () => void, string | undefined, string, RegExp]>([
    [
      "another passphrase",
      "right",
      () => {},
      "wrong",
      "does not open with the passphrase in PHAROS_CA_PASSPHRASE",
      /give the passphrase it was sealed with/,
    ],
    [
      "no passphrase",
      "right",
      () => {},
      undefined,
      "there is neither",
      /give the passphrase it was sealed with in PHAROS_CA_PASSPHRASE/,
    ],
    ["an empty passphrase", "right", () => {}, "", "there is neither", /PHAROS_CA_PASSPHRASE/],
    [
      "a passphrase where there was none",
      undefined,
      () => {},
      "new",
      "does not open with the passphrase",
      /unset PHAROS_CA_PASSPHRASE/,
    ],
    [
      "another key file",
      undefined,
      () => writeFileSync(path("ca-key-secret"), "other"),
      undefined,
      "ca-key-secret",
      /restore ca-key.json, ca-key-secret and root-cert.pem together/,
    ],
    [
      "a lost key file",
      undefined,
      () => rmSync(path("ca-key-secret")),
      undefined,
      "there is neither",
      /restore ca-key-secret/,
    ],
    ["a lost key", undefined, () => rmSync(path("ca-key.json")), undefined, "ca-key.json is missing", /restore/],
    [
      "a lost certificate",
      "right",
      () => rmSync(path("root-cert.pem")),
      "right",
      "root-cert.pem is missing",
      /restore/,
    ],
    [
      "a cut certificate",
      "right",
      () => truncateSync(path("root-cert.pem"), 300),
      "right",
      "root-cert.pem is damaged",
      /restore/,
    ],
    ["a cut key", "right", () => writeFileSync(path("ca-key.json"), '{"salt":"'), "right", "is damaged", /restore/],
    [
      "a key without its tag",
      "right",
      () =>
        writeFileSync(
          path("ca-key.json"),
          JSON.stringify({ ...JSON.parse(readFileSync(path("ca-key.json"), "utf8")), tag: "" }),
        ),
      "right",
      "does not open",
      /passphrase/,
    ],
    [
      "a key with one bit turned",
      undefined,
      () => {
        const sealed = JSON.parse(readFileSync(path("ca-key.json"), "utf8")) as { data: string };
        const data = Buffer.from(sealed.data, "base64");
        data[0] = (data[0] ?? 0) ^ 1;
        writeFileSync(path("ca-key.json"), JSON.stringify({ ...sealed, data: data.toString("base64") }));
      },
      undefined,
      "does not open with",
      /restore/,
    ],
  ])("%s", async (_, sealedWith, damage, given, message, hint) => {
    await openAuthority(dir, "cluster.local", sealedWith);
    damage();
    const before = contents();
    await expect(openAuthority(dir, "cluster.local", given)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(message),
      hint: expect.stringMatching(hint),
    });
    expect(contents()).toEqual(before);
  });

  test("the root of another trust domain", async () => {
    await openAuthority(dir, "cluster.local", undefined);
    await expect(openAuthority(dir, "prod.example", undefined)).rejects.toMatchObject({ code: "invalid" });
  });
});
