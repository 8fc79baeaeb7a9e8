import { expect, test } from "vitest";
import { formatPath, type Path, parsePath } from "#core/schema/path.ts";

test.each<[Path, string]>([
  [["spec", "http", 0, "match", 1, "uri"], "spec.http[0].match[1].uri"],
  [["metadata", "labels", "app.kubernetes.io/name"], 'metadata.labels["app.kubernetes.io/name"]'],
  [["portLevelMtls", "8080", "mode"], 'portLevelMtls["8080"].mode'],
  [["headers", 'a"]b\\'], 'headers["a\\"]b\\\\"]'],
  [["headers", "x-user"], "headers.x-user"],
  [[], ""],
])("%j is %s, and back", (path, text) => {
  expect(formatPath(path)).toBe(text);
  expect(parsePath(text)).toEqual(path);
});

test.each(["a..b", "a[", "a[-1]", 'a["b', "a b", "[]"])("refuses %s", (text) => {
  expect(parsePath(text)).toBeUndefined();
});
