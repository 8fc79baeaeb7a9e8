import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFileSecret } from "#mesh-agent/sds/read-file-secret.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-secret-"));
  execFileSync("mkfifo", [join(dir, "pipe")]);
  writeFileSync(join(dir, "large"), "");
  truncateSync(join(dir, "large"), 1 << 30);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  ["a device that never ends", () => "/dev/zero", "is no regular file"],
  ["a pipe that nobody writes to", () => join(dir, "pipe"), "is no regular file"],
  ["a directory", () => dir, "is no regular file"],
  ["a file of a gigabyte", () => join(dir, "large"), "is larger than 1024 KiB"],
  ["one that is not there", () => join(dir, "none"), "is not there"],
  ["one that says it is empty and is not", () => "/proc/self/status", "holds no certificate in PEM"],
])("%s is refused at once, by its path", (_, pathOf, why) => {
  const path = pathOf();
  expect(() => readFileSecret("roots", { kind: "roots", path })).toThrow(`${path} ${why}`);
  expect(() => readFileSecret("pair", { kind: "certificate", certificate: path, key: path })).toThrow(`${path} ${why}`);
});
