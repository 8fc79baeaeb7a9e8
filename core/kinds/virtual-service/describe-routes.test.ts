import { expect, test } from "vitest";
import { describeRoutes } from "#core/kinds/virtual-service/describe-routes.ts";
import { VIRTUAL_SERVICE } from "#core/kinds/virtual-service/schema.ts";
import { readDraft } from "#core/schema/read-draft.ts";

const describeSpec = (spec: unknown) => describeRoutes(readDraft(VIRTUAL_SERVICE, spec).http);

const to = (subset: string, weight?: number) => ({ destination: { host: "reviews", subset }, weight });

test("says in the order of the rules what happens to a request", () => {
  const said = describeSpec({
    http: [
      {
        match: [
          { headers: { "end-user": { exact: "jason" } } },
          { uri: { prefix: "/beta" }, method: { exact: "GET" } },
        ],
        route: [to("v2")],
      },
      { match: [{ uri: { exact: "/old" } }], redirect: { uri: "/new" } },
      {
        route: [to("v1", 90), to("v3", 10)],
        timeout: "5s",
        retries: { attempts: 2 },
        fault: { abort: { httpStatus: 503, percentage: { value: 5 } } },
      },
    ],
  });
  expect(said).toEqual([
    "Requests with header end-user jason or with path /beta… and method GET go to reviews v2.",
    "Else requests with path /old are redirected to /new.",
    "Everything else goes to reviews v1 (90 %) and reviews v3 (10 %), with 5s to answer, up to 2 retries and 5 % answered 503 at once.",
  ]);
});

test("a destination that has all is the only one named", () => {
  const said = describeSpec({ http: [{ route: [to("v1", 0), to("v3", 100)] }] });
  expect(said).toEqual(["Every request goes to reviews v3."]);
});

test("weights that do not come to 100 are told as the shares they are", () => {
  const said = describeSpec({ http: [{ route: [to("v1", 1), to("v2", 2), to("v3", 1)] }] });
  expect(said).toEqual(["Every request goes to reviews v1 (25 %), reviews v2 (50 %) and reviews v3 (25 %)."]);
  const thirds = describeSpec({ http: [{ route: [to("v1", 1), to("v2", 2)] }] });
  expect(thirds).toEqual(["Every request goes to reviews v1 (33.3 %) and reviews v2 (66.7 %)."]);
});

test("an answer of the proxy's own, conditions that forms do not show, and rules that are not finished", () => {
  expect(
    describeSpec({
      http: [
        { match: [{ uri: { regex: "/a.*" }, port: 80 }], directResponse: { status: 404 } },
        { match: [{}], route: [{}, {}], mirror: { host: "b" } },
        {},
      ],
    }),
  ).toEqual([
    "Requests with path like /a.* and what the YAML says besides are answered 404.",
    "Else requests of any kind go nowhere: no destination has a share, with 100 % copied to b.",
    "Everything else goes nowhere yet.",
  ]);
});
