import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openPaths } from "#mesh-agent/paths.ts";

test("sockets of a directory with a long name get a short, private place, the same each time", () => {
  const base = mkdtempSync(join(tmpdir(), "pharos-paths-"));
  const dir = join(base, "a".repeat(60), "b".repeat(60));
  const first = openPaths(dir);
  expect(Buffer.byteLength(first.adminSocket)).toBeLessThan(104);
  expect(statSync(dirname(first.adminSocket)).mode & 0o777).toBe(0o700);
  expect(openPaths(dir)).toEqual(first);
  expect(first.identity).toBe(join(dir, "identity.json"));
  rmSync(base, { recursive: true });
  rmSync(dirname(first.adminSocket), { recursive: true });
});

test("a directory that others may write to is refused", () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-paths-"));
  chmodSync(dir, 0o777);
  expect(() => openPaths(dir)).toThrow(
    expect.objectContaining({ code: "forbidden", hint: expect.stringContaining("chmod 700") }),
  );
  rmSync(dir, { recursive: true });
});
