import { expect, test } from "vitest";
import { normalizePath } from "#core/simulate/normalize-path.ts";

const BASE = { normalizesPath: true, mergesSlashes: false, escapedSlashes: "keep" } as const;
const ALL = { normalizesPath: true, mergesSlashes: true, escapedSlashes: "forward" } as const;
const NONE = { normalizesPath: false, mergesSlashes: false, escapedSlashes: "keep" } as const;

// server/envoy/simulator-agrees.test.ts asks a real Envoy such paths; these are the rules by their names.
test.each([
  ["/a/../b", "/b"],
  ["/../../b", "/b"],
  ["/a/./b/.", "/a/b/"],
  ["/a/b/..", "/a/"],
  ["/a/%2e%2E/b", "/b"],
  ["/%41%7e%2D", "/A~-"],
  ["/a%2fb", "/a%2fb"],
  ["/a\\b", "/a/b"],
  ["/a//b", "/a//b"],
  ["/a/..b/c..", "/a/..b/c.."],
  ["/a?x=/../y", "/a?x=/../y"],
])("makes %s one: %s", (path, expected) => {
  expect(normalizePath(path, BASE)).toEqual({ path: expected, action: "continue" });
});

test("decodes slashes and merges them where it is asked to", () => {
  expect(normalizePath("/a%2Fb//c%5cd?x=//", ALL)).toEqual({ path: "/a/b/c/d?x=//", action: "continue" });
});

test("leaves a path alone where it is asked to", () => {
  expect(normalizePath("/a/../b//%41", NONE)).toEqual({ path: "/a/../b//%41", action: "continue" });
});

test.each(["/a%00b", "/a#b"])("refuses %s", (path) => {
  expect(normalizePath(path, BASE).action).toBe("reject");
});
