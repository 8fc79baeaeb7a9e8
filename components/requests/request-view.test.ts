import { expect, test } from "vitest";
import { readRequestView, requestsHref, toSearch } from "#components/requests/request-view.ts";

const read = (search: string) => readRequestView((name) => new URLSearchParams(search).get(name));

test("a link says all that is shown, and what it cannot mean is left out", () => {
  const view = read("q=code:503&sort=duration:up&end=1772366400000&rows=300&id=ab&differs=1");
  expect(view).toEqual({
    ...{ filter: "code:503", sort: "duration", isAscending: true, endMs: 1772366400000, limit: 300 },
    ...{ id: "ab", isCompared: true, isLive: false, wantsHeaders: false },
  });
  expect(read("live=1&headers=1")).toMatchObject({ isLive: true, wantsHeaders: true });
  expect(toSearch(view, 60)).toMatchObject({ filter: "code:503", seconds: 60, endMs: 1772366400000, limit: 300 });
  expect(read("sort=name:up&end=x&rows=1e9")).toMatchObject({ sort: "start", endMs: null, limit: 1000 });
});

test("what is looked for stands in a link as it is", () => {
  const filter = 'caller:"a&b" path:/x?y';
  expect(read(requestsHref(filter).split("?").slice(1).join("?")).filter).toBe(filter);
});
