import * as fc from "fast-check";
import type { HttpRequest } from "#testing/oracle/envoy/find-route.ts";

const REQUESTS = 12;

/** Requests of what the random rules ask about, to these hosts. */
export function anyRequests(hosts: readonly string[]): fc.Arbitrary<readonly HttpRequest[]> {
  const request = fc
    .record({
      host: fc.constantFrom(...hosts),
      path: fc.constantFrom("/", "/a", "/a/", "/a/x", "/ab", "/b", "/c1", "/x/1", "/A", "/n"),
      query: fc.constantFrom("", "", "?q=a", "?p=b", "?q=", "?q=a&p=xa"),
      method: fc.constantFrom("GET", "GET", "POST", "PUT"),
      headers: fc.dictionary(fc.constantFrom("x-a", "x-b", "cookie"), fc.constantFrom("a", "b", "ab", ""), {
        maxKeys: 2,
      }),
    })
    .map(({ query, ...rest }) => ({ ...rest, path: `${rest.path}${query}` }));
  return fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS, size: "max" });
}
