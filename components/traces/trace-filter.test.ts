import { expect, test } from "vitest";
import { isFiltering, parseTags, parseTraceFilter, toTraceInput } from "#components/traces/trace-filter.ts";

const read = (query: string) => parseTraceFilter((name) => new URLSearchParams(query).get(name));

test("an empty query string looks for everything", () => {
  expect(isFiltering(read(""))).toBe(false);
  expect(toTraceInput(read(""), 300)).toEqual({ seconds: 300, limit: 100 });
});

test("each part of the query string narrows the search", () => {
  expect(
    toTraceInput(
      read(
        "service=reviews.default&callee=ratings.default.svc.cluster.local&operation=GET&min=20&max=100&errors=1&tags=http.method%3DGET&limit=20",
      ),
      300,
    ),
  ).toEqual({
    seconds: 300,
    limit: 20,
    tags: { "http.method": "GET" },
    service: "reviews.default",
    callee: "ratings.default.svc.cluster.local",
    operation: "GET",
    minDurationMs: 20,
    maxDurationMs: 100,
    errorsOnly: true,
  });
});

test.each(["min=abc", "min=-5", "max="])("%s is no bound", (query) => {
  expect(isFiltering(read(query))).toBe(false);
});

test.each([
  ["http.status_code=503", { "http.status_code": "503" }],
  ['a=1  b="two words" c', { a: "1", b: "two words" }],
  ["url=/x?y=z", { url: "/x?y=z" }],
  ["half", {}],
])("tags %s", (text, tags) => {
  expect(parseTags(text)).toEqual(tags);
});

test("a limit that is not offered is the default", () => {
  expect(read("limit=7").limit).toBe(100);
});
