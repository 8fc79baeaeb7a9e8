import { expect, test } from "vitest";
import { explainRouting } from "#core/form/explain-routing.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";

const to = (subset: string, weight?: number) => ({ destination: { host: "reviews", subset }, weight });

test("says in the order of the rules what happens to a request", () => {
  const form = readRoutingForm({
    spec: {
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
    },
  });
  expect(explainRouting(form)).toEqual([
    "Requests with header end-user jason or with path /beta… and method GET go to reviews v2.",
    "Else requests with path /old get the answer that the YAML says.",
    "Everything else goes to reviews v1 (90 %) and reviews v3 (10 %), with 5s to answer, up to 2 retries and 5 % answered 503 at once.",
  ]);
});

test("a destination that has all is the only one named", () => {
  const form = readRoutingForm({ spec: { http: [{ route: [to("v1", 0), to("v3", 100)] }] } });
  expect(explainRouting(form)).toEqual(["Every request goes to reviews v3."]);
});

test("weights that do not come to 100 are told as the shares they are", () => {
  const form = readRoutingForm({ spec: { http: [{ route: [to("v1", 1), to("v2", 2), to("v3", 1)] }] } });
  expect(explainRouting(form)).toEqual([
    "Every request goes to reviews v1 (25 %), reviews v2 (50 %) and reviews v3 (25 %).",
  ]);
  const thirds = readRoutingForm({ spec: { http: [{ route: [to("v1", 1), to("v2", 2)] }] } });
  expect(explainRouting(thirds)).toEqual(["Every request goes to reviews v1 (33.3 %) and reviews v2 (66.7 %)."]);
});
