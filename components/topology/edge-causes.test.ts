import { expect, test } from "vitest";
import { causeOf, causesOf } from "#components/topology/edge-causes.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";

const ROUTE = { ref: "VirtualService/shop/orders", applies: true, reason: "" } as AppliedResource;
const TOKEN = "RequestAuthentication/shop/tokens";
const POLICY = "AuthorizationPolicy/shop/deny";
const LIMIT = "RateLimit/shop/per-caller/burst";
const BLOCKED = "blocked by the caller's own proxy";

test.each([
  [
    "a 401 names who refused the token, and not the policy beside it",
    { code: 401, flags: "-" },
    [TOKEN, POLICY],
    [TOKEN],
  ],
  ["a 403 names the policy", { code: 403, flags: "-" }, [TOKEN, POLICY], [POLICY]],
  ["a 429 names the limit", { code: 429, flags: "RL" }, [LIMIT, POLICY], [LIMIT]],
  ["gRPC has it too", { code: 200, flags: "RL" }, [LIMIT, POLICY], [LIMIT]],
  ["a 403 is nothing that a limit refused", { code: 403, flags: "-" }, [LIMIT, POLICY], [POLICY]],
  ["a 502 without a flag is told to be the caller's own proxy's", { code: 502, flags: "-" }, [BLOCKED], [BLOCKED]],
  [
    "what an authorizer refused has the policy, whatever the code",
    { code: 401, flags: "UAEX" },
    [TOKEN, POLICY],
    [TOKEN, POLICY],
  ],
  ["a 403 is nothing that is blocked", { code: 403, flags: "-" }, [BLOCKED], []],
  ["an ordinary answer has no cause", { code: 200, flags: "-" }, [TOKEN, POLICY, BLOCKED], []],
] as const)("%s", (_, answers, deniedBy, denials) => {
  expect(causeOf(answers, deniedBy, [ROUTE])).toMatchObject({ denials, refs: [] });
});

test("an abort by fault injection leads to the VirtualService, and a direct response too", () => {
  expect(causeOf({ code: 500, flags: "FI" }, [], [ROUTE])).toMatchObject({ refs: [ROUTE.ref] });
  const own = "answered directly by the caller's own proxy";
  for (const code of [401, 403, 404, 503])
    expect(causeOf({ code, flags: "-" }, [own], [ROUTE])).toMatchObject({ refs: [ROUTE.ref], denials: [own] });
});

test("of an authorizer's refusal the policies that apply are told where none is named, and else that one", () => {
  const policies = ["ask", "allow"].map((name) => ({
    ref: `AuthorizationPolicy/shop/${name}`,
    applies: true,
    reason: "",
  }));
  const answers = { code: 403, flags: "UAEX" };
  expect(causeOf(answers, [], policies).refs).toEqual(policies.map(({ ref }) => ref));
  expect(causeOf(answers, ["AuthorizationPolicy/shop/ask"], policies)).toMatchObject({
    refs: [],
    denials: ["AuthorizationPolicy/shop/ask"],
  });
});

test("of several answers the causes are told together, each once", () => {
  const responses = [
    { code: 504, flags: "UT" },
    { code: 503, flags: "UT,UH" },
  ];
  expect(causesOf(responses, [POLICY], [ROUTE])).toEqual({
    words: "the upstream took too long (UT), no healthy upstream host (UH)",
    refs: [ROUTE.ref],
    denials: [POLICY],
  });
});
