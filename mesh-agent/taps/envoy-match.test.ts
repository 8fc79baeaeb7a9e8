import { expect, test } from "vitest";
import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import { envoyMatch } from "#mesh-agent/taps/envoy-match.ts";

const match = (...filters: readonly string[]) => envoyMatch(filters.map((text) => parseRequestFilter(text).conditions));
const regexOf = (filter: string) =>
  JSON.stringify(match(filter))
    .match(/"regex":"(.*?)"/)?.[1]
    ?.replaceAll("\\\\", "\\");
const ANY = { any_match: true };

test.each(["", "caller:web", "-method:GET", "timeout", "code:0", "code:none", "code:>=0", "duration:>5 service:a"])(
  "of %s Envoy cannot tell by the headers: it hands over all",
  (filter) => expect(match(filter)).toEqual(ANY),
);

test("what can be told is told, beside what cannot", () => {
  expect(match("method:GET code:5xx caller:web")).toEqual({
    and_match: {
      rules: [
        {
          http_request_headers_match: {
            headers: [{ name: ":method", string_match: { safe_regex: { regex: "(?:(?s:GET))" } } }],
          },
        },
        { http_response_headers_match: { headers: [{ name: ":status", range_match: { start: 500, end: 600 } }] } },
      ],
    },
  });
});

test("a path is any of its patterns, with whatever query, and nothing of it is a pattern of another kind", () => {
  expect(regexOf("path:/a.b*,/c")).toBe("(?:(?s:/a\\.b.*)|(?s:/c))(?:\\?.*)?");
});

test("a path is also that which a route before has rewritten, and a bound is one that Envoy reads", () => {
  expect(match("path:/a")).toMatchObject({
    or_match: {
      rules: [":path", "x-envoy-original-path"].map((name) => ({
        http_request_headers_match: { headers: [{ name }] },
      })),
    },
  });
  for (const filter of ["code:<1000000000000000000000", "code:>=1000000000000000000000"])
    expect(JSON.stringify(match(filter))).not.toMatch(/\d{5}|e\+|null/);
});

test("viewers of different requests are handed over what one of them asks for, and all where one asks for all", () => {
  expect(match("method:GET", "method:PUT")).toMatchObject({ or_match: { rules: [{}, {}] } });
  expect(match("method:GET", "")).toEqual(ANY);
});
