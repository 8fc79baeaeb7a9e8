import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

let server: Serve;
let authority: TestAuthority;
const at = (name: string) => join(server.dir, name);
async function issue(name: string): Promise<IssuedCertificate> {
  const issued = await authority.issue([{ type: "dns", value: `${name}.example.com` }]);
  writeFileSync(at(`${name}.pem`), issued.cert);
  writeFileSync(at(`${name}.key`), issued.key);
  return issued;
}
const run = (...args: string[]) => runPharos(server.dir, ["credential", ...args]);
const files = (cert: string, key = cert) => ["--cert", at(`${cert}.pem`), "--key", at(`${key}.key`)];

beforeAll(async () => {
  authority = await makeTestAuthority();
  server = await startServe();
  await Promise.all(["shop", "bank"].map(issue));
});
afterAll(() => server.stop());

test("a credential is applied from files, listed without its key, replaced and deleted, and each is in the audit trail", async () => {
  expect(await run("apply", "shop", ...files("shop"))).toMatchObject({
    code: 0,
    stdout: "credential default/shop created\n",
    stderr: expect.stringContaining("the certificate ends soon"),
  });
  expect((await run("apply", "shop", ...files("shop"))).stdout).toBe("credential default/shop unchanged\n");
  expect((await run("apply", "shop", ...files("bank"))).stdout).toBe("credential default/shop updated\n");
  const listed = await run("list", "-o", "json");
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { namespace: "default", name: "shop", facts: { certificate: { names: ["bank.example.com"] } } },
  ]);
  expect((await run("delete", "shop")).stdout).toBe("credential default/shop deleted\n");
  expect(await run("delete", "shop")).toMatchObject({ code: 4, stderr: expect.stringContaining("no credential") });
  const audit = await connect({ dir: server.dir }).access.audit.query({});
  const lines = audit.filter(({ action }) => action.startsWith("credentials."));
  expect(lines.map(({ action, resource, outcome, reason }) => [action, resource, outcome, reason].join(" "))).toEqual([
    expect.stringContaining("credentials.delete default/shop failed no credential"),
    "credentials.delete default/shop allowed ",
    "credentials.apply default/shop allowed updated",
    "credentials.apply default/shop allowed unchanged",
    "credentials.apply default/shop allowed created",
  ]);
  expect(listed.stdout + JSON.stringify(audit)).not.toContain("PRIVATE KEY");
});

test.each([
  ["another's key", () => files("shop", "bank"), "key: is not that of the certificate"],
  ["a file that is not there", () => ["--cert", at("gone.pem")], "cannot be read: ENOENT"],
  ["a name that is none", () => ["-n", "Web", ...files("shop")], "namespace"],
])("%s is refused and stores nothing", async (_, args, message) => {
  const { code, stderr } = await run("apply", "refused", ...args());
  expect([code !== 0, stderr]).toEqual([true, expect.stringContaining(message)]);
  expect((await run("list")).stdout).not.toContain("refused");
});

test("a Gateway that names one that is not stored is told so before it is applied, at the field", async () => {
  const text = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingress }
  servers:
    - { port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: nobodys } }
`;
  const { ok, diagnostics } = await connect({ dir: server.dir }).config.check.mutate({
    changes: [{ op: "upsert", text }],
  });
  expect([ok, diagnostics.filter(({ code }) => code === "credential-not-usable")]).toEqual([
    true,
    [
      expect.objectContaining({
        severity: "warning",
        path: ["spec", "servers", 0, "tls", "credentialName"],
        line: 8,
        message: "no credential default/nobodys is stored; nothing is served in its place",
      }),
    ],
  ]);
});

test("who names a credential is listed with it, and told when it is deleted", async () => {
  const text = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: naming, namespace: default }
spec:
  selector: { istio: ingress }
  servers:
    - { port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: named } }
`;
  await run("apply", "named", ...files("shop"));
  await connect({ dir: server.dir }).config.applyChanges.mutate({
    changes: [{ op: "upsert", text }],
    reason: "it names the credential",
  });
  const listed = JSON.parse((await run("list", "-o", "json")).stdout) as { name: string; namedBy: string[] }[];
  expect(listed.find(({ name }) => name === "named")?.namedBy).toEqual(["Gateway/default/naming"]);
  expect(await run("delete", "named")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("Gateway/default/naming names it, and serves nothing in its place"),
  });
});
