import { X509Certificate } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nameCertificate, nameRoots } from "#core/xds/file-secret-name.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { FileSecrets } from "#mesh-agent/sds/file-secrets.ts";
import { tellFileProblem } from "#mesh-agent/sds/tell-file-problem.ts";
import { loggerTo } from "#testing/loggers.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
let authority: TestAuthority;
let [first, second]: IssuedCertificate[] = [];
beforeAll(async () => {
  authority = await makeTestAuthority();
  [first, second] = await Promise.all([1, 2].map(() => authority.issue([{ type: "dns", value: "a.example" }])));
});

let dir: string;
let log: string[];
let changes: number;
let told: number;
let files: FileSecrets;
let nowMs: number;
let isAsked: boolean;
beforeEach(() => {
  dir = temporaryDir(cleanup);
  log = [];
  changes = 0;
  nowMs = 0;
  isAsked = true;
  told = 0;
  files = new FileSecrets({
    log: loggerTo((level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`)),
    onChange: () => {
      changes += 1;
    },
    onProblems: () => {
      told += 1;
    },
    isWanted: () => isAsked,
    now: () => nowMs,
  });
});

const at = (name: string) => join(dir, name);
const put = (pair: IssuedCertificate | undefined, ...parts: ("cert" | "key")[]) => {
  for (const part of parts) writeFileSync(at(part), pair?.[part] ?? "");
};
const pair = () => nameCertificate(at("cert"), at("key"));
const look = () => {
  files.look();
  files.look();
};
const problems = () => files.problems.map(tellFileProblem);
const served = () => files.secrets.map(({ body }) => Buffer.from(body).toString("latin1")).join();

test("a pair that is overwritten in place is served once both are there; until then the last good one is", () => {
  put(first, "cert", "key");
  files.want([pair(), "default"]);
  expect(served()).toContain(first?.cert);
  put(second, "cert");
  look();
  expect(served()).toContain(first?.cert);
  expect(changes).toBe(0);
  expect(problems()).toEqual([
    `the key in ${at("key")} is not that of the certificate in ${at("cert")}; the last good one is served`,
  ]);
  put(second, "key");
  look();
  expect(served()).toContain(second?.cert);
  expect(served()).toContain(second?.key);
  expect([changes, problems()]).toEqual([1, []]);
  look();
  expect(changes).toBe(1);
});

test("of what Envoy asks for no more nothing is wrong; the last good one is there when it asks again", () => {
  put(first, "cert", "key");
  files.want([pair()]);
  put(second, "cert");
  look();
  isAsked = false;
  expect([problems(), files.expiries.size]).toEqual([[], 0]);
  isAsked = true;
  expect(files.problems).toHaveLength(1);
  expect(served()).toContain(first?.cert);
});

test("names that nobody asks for any more make room for new ones", () => {
  files.want(Array.from({ length: 1000 }, (_, index) => nameRoots(at(`gone-${index}`))));
  put(first, "cert", "key");
  files.want([pair()]);
  expect(served()).toBe("");
  isAsked = false;
  files.want([pair()]);
  expect(served()).toContain(first?.cert);
});

test("what changes from one look to the next is still being written", () => {
  put(first, "cert", "key");
  files.want([pair()]);
  put(second, "cert", "key");
  files.look();
  expect(changes).toBe(0);
  files.look();
  expect(changes).toBe(1);
});

test("renamed over, and swapped behind a symbolic link, as Kubernetes does", () => {
  for (const [name, issued] of [["one", first] as const, ["two", second] as const]) {
    mkdirSync(at(name));
    writeFileSync(join(dir, name, "tls.crt"), issued?.cert ?? "");
    writeFileSync(join(dir, name, "tls.key"), issued?.key ?? "");
  }
  symlinkSync("one", at("current"));
  files.want([nameCertificate(join(dir, "current/tls.crt"), join(dir, "current/tls.key"))]);
  expect(served()).toContain(first?.cert);
  symlinkSync("two", at("next"));
  renameSync(at("next"), at("current"));
  look();
  expect(served()).toContain(second?.cert);
});

test.each([
  ["nothing", "", "holds no certificate in PEM"],
  ["half a file", "half", "ends within a certificate"],
  ["no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"],
])("authorities of %s are not taken", (_, text, why) => {
  writeFileSync(at("ca"), authority.roots);
  files.want([nameRoots(at("ca"))]);
  const whole = served();
  expect(whole).toContain(authority.roots.trim());
  writeFileSync(at("ca"), text === "half" ? authority.roots + authority.roots.slice(0, 200) : text);
  look();
  expect(served()).toBe(whole);
  expect(problems().join()).toContain(why);
});

test("a list of what is revoked is served with its authorities, once it is whole, and anew when it changes", async () => {
  const name = nameRoots(at("ca"), at("crl"));
  writeFileSync(at("ca"), authority.roots);
  files.want([name]);
  expect(files.problems).toMatchObject([{ path: at("crl"), fault: "missing", isLastGoodServed: false }]);
  for (const revoked of [[], [first?.cert ?? ""]]) {
    const list = await authority.revoke(...revoked);
    writeFileSync(at("crl"), list);
    look();
    expect(served()).toContain(list.trim());
  }
  const whole = served();
  for (const [text, fault] of [
    [whole.slice(0, 40), "no-revocation-list"],
    ["-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "no-revocation-list"],
    ["-----BEGIN X509 CRL-----\nAAAA", "cut-off"],
  ] as const) {
    writeFileSync(at("crl"), text);
    look();
    expect(served()).toBe(whole);
    expect(files.problems).toMatchObject([{ path: at("crl"), fault, isLastGoodServed: true }]);
    expect(problems().join()).toContain(at("crl"));
  }
});

test("a file that is not there is said so, once, and served when it comes", () => {
  files.want([pair()]);
  look();
  look();
  expect(files.secrets).toEqual([]);
  expect([told, files.problems]).toEqual([
    1,
    [{ secret: pair(), path: at("cert"), fault: "missing", errno: "ENOENT", isLastGoodServed: false }],
  ]);
  expect(problems()).toEqual([`${at("cert")} is not there; nothing is served in its place`]);
  expect(log).toHaveLength(1);
  put(first, "cert", "key");
  look();
  expect([changes, told, files.problems]).toEqual([1, 2, []]);
  expect(served()).toContain(first?.cert);
});

test("a certificate that has ended is told", () => {
  put(first, "cert", "key");
  files.want([pair()]);
  const [end] = files.expiries.values();
  expect(problems()).toEqual([]);
  nowMs = (end ?? 0) + 1;
  expect(problems().join()).toContain("ended");
});

test("a root that has ended is told by its end; nobody is trusted only once all have", async () => {
  const [early, late] = await Promise.all([1000, 7200_000].map((ms) => authority.issue("spiffe://a/b", ms)));
  writeFileSync(at("ca"), `${early?.cert}${late?.cert}`);
  const ends = [early, late].map((each) => new X509Certificate(each?.cert ?? "").validToDate.getTime());
  files.want([nameRoots(at("ca"))]);
  expect([problems(), ...files.expiries.values()]).toEqual([[], ends[0]]);
  nowMs = (ends[0] ?? 0) + 1;
  expect(files.problems).toMatchObject([{ fault: "root-ended", endedAtMs: ends[0], isLastGoodServed: true }]);
  expect(problems().join()).toContain(`ended ${new Date(ends[0] ?? 0).toISOString()}: the others are trusted still`);
  expect([...files.expiries.values()]).toEqual([ends[1]]);
  nowMs = (ends[1] ?? 0) + 1;
  expect(files.problems).toMatchObject([{ fault: "ended", endedAtMs: ends[1] }]);
  expect([...files.expiries.values()]).toEqual([ends[1]]);
});
