import { expect, test } from "vitest";
import { compileMatch, type KnownRequest } from "#core/telemetry/match-request.ts";
import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import { FILTER_CASES, FILTERED_REQUESTS } from "#core/telemetry/testing/filter-cases.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";

const matching = (text: string) => compileMatch(parseRequestFilter(text).conditions);

test.each(FILTER_CASES)("%s finds what a store finds", (text, ids) => {
  expect(FILTERED_REQUESTS.filter(matching(text)).map(({ id }) => id)).toEqual(ids);
});

test.each(FILTER_CASES)("%s: what is not known yet is never what rules a request out that is found", (text, ids) => {
  for (const request of FILTERED_REQUESTS)
    for (const name of Object.keys(request) as (keyof KnownRequest)[]) {
      const known: KnownRequest = { ...request, [name]: undefined };
      if (ids.includes(request.id)) expect(matching(text)(known)).toBe(true);
    }
});

test("what is known rules out by itself", () => {
  expect(matching("code:503 caller:web")({ responseCode: 200 })).toBe(false);
  expect(matching("-code:2xx")({ responseCode: 200 })).toBe(false);
  expect(matching("-timeout")({ path: "/timeout" })).toBe(false);
  expect(matching("timeout")({ path: "/" })).toBe(true);
});

test("many stars take no longer than one", () => {
  const request = requestCase({ path: `/${"a".repeat(60_000)}` });
  expect(matching(`path:${"*a".repeat(100)}*b`)(request)).toBe(false);
  expect(matching(`path:${"*a".repeat(100)}*`)(request)).toBe(true);
  expect(matching("path:/aa*aa")(requestCase({ path: "/aaa" }))).toBe(false);
});
