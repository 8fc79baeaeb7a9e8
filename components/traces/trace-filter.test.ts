import { expect, test } from "vitest";
import { isFiltering, parseTraceFilter, toTraceInput } from "#components/traces/trace-filter.ts";

const read = (query: string) => parseTraceFilter((name) => new URLSearchParams(query).get(name));

test("an empty query string looks for everything", () => {
  expect(isFiltering(read(""))).toBe(false);
  expect(toTraceInput(read(""), 300)).toEqual({ seconds: 300, limit: 100 });
});

test("each part of the query string narrows the search", () => {
  expect(toTraceInput(read("service=reviews.default&operation=GET&min=20&max=100&errors=1"), 300)).toEqual({
    seconds: 300,
    limit: 100,
    service: "reviews.default",
    operation: "GET",
    minDurationMs: 20,
    maxDurationMs: 100,
    errorsOnly: true,
  });
});

test.each(["min=abc", "min=-5", "max="])("%s is no bound", (query) => {
  expect(isFiltering(read(query))).toBe(false);
});
