import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { readCase } from "#server/envoy/testing/read-case.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { headerModule } from "#testing/wasm/header-module.ts";

const DIR = join(import.meta.dirname, "testdata");
const CASES = readdirSync(DIR)
  .filter((file) => file.endsWith(".in.yaml"))
  .map((file) => file.replace(/\.in\.yaml$/, ""));
const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex").slice(0, 16);

let envoy: string;
let scratch: string;
beforeAll(async () => {
  envoy = await findTestEnvoy();
  scratch = mkdtempSync(join(tmpdir(), "pharos-golden-"));
  // What cases name under /etc/certs.
  const authority = await makeTestAuthority();
  const { cert, key } = await authority.issue("spiffe://cluster.local/ns/default/sa/file");
  const files = {
    "cert.pem": cert,
    "client.pem": cert,
    "key.pem": key,
    "ca.pem": authority.roots,
    "partners.pem": authority.roots,
  };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(scratch, name), pem);
  for (const name of ["second", "connections"])
    writeFileSync(join(scratch, `${name}.wasm`), headerModule("x-module", name));
  writeFileSync(join(scratch, "trace.lua"), "function envoy_on_request(handle) end");
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(CASES)("%s", (name) => {
  const { snapshot, node } = readCase(readFileSync(join(DIR, `${name}.in.yaml`), "utf8"));
  const { layers } = createCompiler(snapshot, { hash }).open(node);

  test("becomes the resources on file", async () => {
    const types = (["LDS", "RDS", "VHDS", "CDS", "EDS"] as const).map((type) => {
      const all = layers.flatMap(({ resources }) => [...(resources.get(type)?.values() ?? [])]);
      const sorted = all.sort((a, b) => a.name.localeCompare(b.name));
      return [
        type,
        sorted.map((resource) => ({
          name: resource.name,
          origins: resource.origins.map(({ resource: ref, path }) => (path === undefined ? ref : `${ref} ${path}`)),
          resource: decodeResource(type, resource.body),
        })),
      ];
    });
    await expect(
      stringify(Object.fromEntries(types), { lineWidth: 0, aliasDuplicateObjects: false }),
    ).toMatchFileSnapshot(join(DIR, `${name}.out.yaml`));
  });

  test("is accepted by Envoy", () => {
    const file = join(scratch, `${name}.json`);
    writeFileSync(file, JSON.stringify(staticBootstrap(layers)).replaceAll("/etc/certs/", `${scratch}/`));
    const said = execFileSync(envoy, ["--mode", "validate", "-c", file, "--log-level", "error"], { encoding: "utf8" });
    expect(said).toContain("OK");
  });
});

test("every golden has a case that makes it", () => {
  const stale = readdirSync(DIR).filter(
    (file) => file.endsWith(".out.yaml") && !CASES.includes(file.replace(/\.out\.yaml$/, "")),
  );
  if (process.argv.includes("--update")) for (const file of stale) rmSync(join(DIR, file));
  else expect(stale).toEqual([]);
});
