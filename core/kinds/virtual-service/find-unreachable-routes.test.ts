import { afterEach, expect, test, vi } from "vitest";
import { findUnreachableRoutes } from "#core/kinds/virtual-service/find-unreachable-routes.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Indexes of the rules, or of their matches, that no request reaches, and of the match that takes the first of theirs. */
function unreachable(...matches: readonly HttpMatch[][]): readonly string[] {
  return findUnreachableRoutes(matches.map((match) => ({ match }))).map(
    ({ path, message }) => `${path?.join(".")} <- ${/: (\S+) takes/.exec(message)?.[1]}`,
  );
}

const GET = { method: { exact: "GET" } };

test.each<[string, HttpMatch[][], readonly string[]]>([
  ["the same", [[{ uri: { exact: "/a" } }], [{ uri: { exact: "/a" } }]], ["spec.http.1 <- spec.http[0].match[0]"]],
  ["a prefix", [[{ uri: { prefix: "/a" } }], [{ uri: { exact: "/ab" } }]], ["spec.http.1 <- spec.http[0].match[0]"]],
  ["a longer prefix", [[{ uri: { prefix: "/ab" } }], [{ uri: { prefix: "/a" } }]], []],
  ["less is asked", [[GET], [{ ...GET, uri: { exact: "/" } }]], ["spec.http.1 <- spec.http[0].match[0]"]],
  ["more is asked", [[{ ...GET, uri: { exact: "/" } }], [{ uri: { exact: "/" } }]], []],
  ["another value", [[GET], [{ method: { exact: "PUT" } }]], []],
  ["any path after one", [[{ ...GET, uri: { exact: "/" } }], [GET]], []],
  [
    "a name is no condition",
    [[{ name: "x", ...GET }], [{ name: "y", ...GET }]],
    ["spec.http.1 <- spec.http[0].match[0]"],
  ],
  [
    "the order of headers is none",
    [[{ headers: { a: { exact: "1" }, b: { exact: "2" } } }], [{ headers: { b: { exact: "2" }, a: { exact: "1" } } }]],
    ["spec.http.1 <- spec.http[0].match[0]"],
  ],
  [
    "one of two is left",
    [[GET], [GET, { method: { exact: "PUT" } }]],
    ["spec.http.1.match.0 <- spec.http[0].match[0]"],
  ],
  ["of its own matches one takes what another does", [[{ uri: { prefix: "/a" } }, { uri: { prefix: "/a/b" } }]], []],
  [
    "the first that takes it",
    [
      [{ uri: { prefix: "/x" } }, { uri: { prefix: "/a" } }],
      [{ uri: { prefix: "/a/" } }],
      [{ uri: { exact: "/a/b" } }],
    ],
    ["spec.http.1 <- spec.http[0].match[1]", "spec.http.2 <- spec.http[0].match[1]"],
  ],
])("what takes what: %s", (_name, matches, told) => {
  expect(unreachable(...matches)).toEqual(told);
});

test("each match is written out once, however many it is compared with", () => {
  const matches = Array.from({ length: 1000 }, (_, index): HttpMatch[] => [{ ...GET, uri: { exact: `/n${index}` } }]);
  const written = vi.spyOn(JSON, "stringify");
  expect(unreachable(...matches)).toEqual([]);
  expect(written.mock.calls.length).toBeGreaterThan(0);
  expect(written.mock.calls.length).toBeLessThanOrEqual(2 * matches.length);
});
