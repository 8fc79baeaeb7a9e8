import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RouteSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { adaptRoute } from "#server/envoy/routes/grpc-routes.ts";

/** A route for calls whose authority matches a pattern. */
const routeFor = (regex: string) =>
  create(RouteSchema, {
    match: {
      pathSpecifier: { case: "prefix", value: "/" },
      headers: [
        {
          name: ":authority",
          headerMatchSpecifier: {
            case: "stringMatch",
            value: { matchPattern: { case: "safeRegex", value: { regex } } },
          },
        },
      ],
    },
    action: { case: "route", value: { clusterSpecifier: { case: "cluster", value: "reviews" } } },
  });
const isKept = (regex: string, target: string): boolean =>
  adaptRoute(routeFor(regex), { targets: [target], isServed: () => true }) !== undefined;

test("what is the same for all calls is decided by patterns as Envoy's engine reads them", () => {
  expect(isKept("(?i)REVIEWS:.*", "reviews:80")).toBe(true);
  expect(isKept("reviews", "reviews:80"), "the whole of it").toBe(false);
  expect(isKept("\\pL+:80", "reviews:80")).toBe(true);
});

test("a pattern takes time by its length and that of the text, not by what it might try", () => {
  // An engine that tries would need about 2 to the power of 60 steps.
  expect(isKept("(a+)+", `${"a".repeat(60)}:80`)).toBe(false);
});
