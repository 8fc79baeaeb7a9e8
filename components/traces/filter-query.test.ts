import { expect, test } from "vitest";
import { formOfQuery, queryOfForm } from "#components/traces/filter-query.ts";

const NOTHING = {
  ...{ service: "", operation: "", minDurationMs: null, maxDurationMs: null, errorsOnly: false, tags: "" },
};

test.each([
  [{}, ""],
  [{ service: "reviews.default" }, '{ resource.service.name = "reviews.default" }'],
  [{ minDurationMs: 10.5, maxDurationMs: 2000 }, "{ traceDuration >= 10.5ms && traceDuration <= 2000ms }"],
  [{ errorsOnly: true, tags: "user=jason" }, '{ span.user = "jason" && status = error }'],
  [{ tags: 'http.status_code=503 note="a b"' }, undefined],
  [{ operation: "GET /productpage?u=(x)" }, undefined],
])("the form becomes a query and comes back: %j", (form, query) => {
  const filter = { ...NOTHING, ...form };
  if (query !== undefined) expect(queryOfForm(filter)).toBe(query);
  expect(formOfQuery(queryOfForm(filter) || "{}")).toEqual(filter);
});

test.each([
  "{ status = error } >> { duration > 1s }",
  "{ status = error || kind = client }",
  "{ duration > 1s }",
  '{ name = "x" }',
  '{ resource.service.name = "a" && resource.service.name = "b" }',
  "{} | count() > 2",
  "{ status",
])("the form has no words for %s", (query) => {
  expect(formOfQuery(query)).toBeNull();
});
