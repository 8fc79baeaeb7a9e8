import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { clickhouseFlag } from "#programs/clickhouse-flag.ts";

function fileOf(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), "pharos-login-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "login");
  writeFileSync(file, text);
  return file;
}

test("a database is named by its URL, who logs in by a file, the environment or not at all", () => {
  const env = { PHAROS_CLICKHOUSE_USER: "env", PHAROS_CLICKHOUSE_PASSWORD: "e" };
  const file = fileOf("# for mesh\nuser=mesh\npassword=a=b\n");
  const at = { url: "http://ch:8123", database: "pharos" };
  expect(clickhouseFlag("http://ch:8123", file, env)).toEqual({ ...at, user: "mesh", password: "a=b" });
  expect(clickhouseFlag("http://ch:8123/", undefined, env)).toEqual({ ...at, user: "env", password: "e" });
  expect(clickhouseFlag("https://ch/mesh_1", undefined, {})).toEqual({
    url: "https://ch",
    database: "mesh_1",
    user: "default",
    password: "",
  });
});

test.each([
  ["ch:8123", "is not an http or https URL"],
  ["http://u:p@ch:8123", "has a password in it"],
  ["http://ch:8123/a-b", "is no name of a database"],
  ["http://ch:8123/a;DROP", "is no name of a database"],
  ["http://ch:8123/pharos?user=a", "has more behind the database"],
])("%s is refused, with what is wrong", (text, why) => {
  expect(() => clickhouseFlag(text, undefined, {})).toThrow(why);
});

test("a line of the login that is neither is named", () => {
  expect(() => clickhouseFlag("http://ch:8123", fileOf("name=mesh\n"), {})).toThrow(
    "name is neither user nor password",
  );
});
