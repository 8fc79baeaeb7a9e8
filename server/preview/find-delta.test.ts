import { expect, test } from "vitest";
import type { Diagnostic } from "#core/diagnostic.ts";
import { findDelta } from "#server/preview/find-delta.ts";

const finding = (resource: string, message = "m"): Diagnostic => ({
  severity: "warning",
  code: "no-effect",
  resource,
  message,
});
const A = finding("VirtualService/default/a");
const B = finding("VirtualService/default/b");

test.each([
  ["one on another resource is told", [], [A], [], [A], []],
  ["one that was there already is not told again", [A], [A], [], [], []],
  ["one on a touched resource is told all the same", [A], [A], ["VirtualService/default/a"], [A], []],
  ["one that ends is told", [A, B], [B], [], [], [A]],
  ["of two that are alike, one more is new", [A], [A, A], [], [A], []],
] as const)("%s", (_, before, after, touched, findings, resolved) => {
  expect(findDelta(before, after, new Set(touched))).toEqual({ findings, resolved });
});
