import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import { RBAC_Action } from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import { RBACPerRouteSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import {
  grpcFilters,
  grpcRouteFilters,
  guardFilters,
  listenerFilters,
  routeFilters,
} from "#server/envoy/features/http-filters.ts";
import { RBAC_ACTIONS } from "#server/envoy/features/rbac-input.ts";
import { api } from "#server/envoy/testing/random-draw.ts";

const names = (filters: readonly { readonly name?: string }[]) => filters.map(({ name }) => name);
const NEEDS_NOTHING = { takesGrpcWeb: false, looksUpHosts: false };
const ROUTE = { fault: { abort: { httpStatus: 503 } }, corsPolicy: {} };

function guard(action: (typeof RBAC_ACTIONS)[number], rule: AuthorizationRule) {
  const policy = api("AuthorizationPolicy", "security", "p", "default", { action, rules: [{}] });
  if (policy.kind !== "AuthorizationPolicy") throw new Error("not a policy");
  const policies = readGuards([{ ...policy, spec: { ...policy.spec, rules: [rule] } }]);
  return guardFilters({
    policies,
    authorizers: [],
    limits: [],
    trustDomains: ["cluster.local"],
    port: 80,
    trustsForwardedFor: [],
  });
}

test.each(["inbound", "outbound", "gateway"] as const)(
  "a chain of %s has each filter once, and ends with the router",
  (direction) => {
    const chain = names(
      listenerFilters(direction, { tokens: [], hasAgent: true, isEnvoyHidden: false, ...NEEDS_NOTHING }),
    );
    expect(new Set(chain).size).toBe(chain.length);
    expect(chain.at(-1)).toBe("envoy.filters.http.router");
  },
);

test("what routes carry is for filters that stand in the chains in front of them", () => {
  for (const direction of ["outbound", "gateway"] as const)
    expect(
      names(listenerFilters(direction, { tokens: [], hasAgent: true, isEnvoyHidden: false, ...NEEDS_NOTHING })),
    ).toEqual(expect.arrayContaining(Object.keys(routeFilters(ROUTE))));
  const guarded = RBAC_ACTIONS.flatMap((action) => Object.keys(guard(action, {})));
  expect(guarded).toHaveLength(RBAC_ACTIONS.length);
  for (const direction of ["inbound", "gateway"] as const)
    expect(
      names(listenerFilters(direction, { tokens: [], hasAgent: true, isEnvoyHidden: false, ...NEEDS_NOTHING })),
    ).toEqual(expect.arrayContaining(guarded));
  const grpc = grpcRouteFilters({ ...routeFilters(ROUTE), ...guard("DENY", {}) });
  expect(Object.keys(grpc)).toEqual(["envoy.filters.http.fault"]);
  expect(names(grpcFilters())).toEqual(expect.arrayContaining(Object.keys(grpc)));
});

test("filters see nothing of a route but what is handed to them", () => {
  const route = { ...ROUTE };
  Object.defineProperty(route, "timeout", {
    enumerable: true,
    get: () => {
      throw new Error("read beside its input");
    },
  });
  expect(Object.keys(routeFilters(route))).toEqual(Object.keys(routeFilters(ROUTE)));
});

test.each([
  ["ALLOW", RBAC_Action.ALLOW, "notRule"],
  ["DENY", RBAC_Action.DENY, "any"],
] as const)("a condition that nobody knows opens nothing: %s", (action, expected, permission) => {
  const [config] = Object.values(guard(action, { when: [{ key: "who.knows", values: ["x"] }] }));
  const { rbac } = fromBinary(RBACPerRouteSchema, config?.value ?? new Uint8Array());
  expect(rbac?.rules?.action).toBe(expected);
  const [rule] = Object.values(rbac?.rules?.policies ?? {});
  expect(rule?.permissions[0]?.rule.case).toBe(permission);
});

test("a CUSTOM policy that is only tried marks nothing and refuses nothing, whoever else has its provider asked", () => {
  const policies = (isDryRun: boolean) => {
    const made = api("AuthorizationPolicy", "security", "p", "default", {
      action: "CUSTOM",
      provider: { name: "judge" },
      rules: [{}],
    });
    if (made.kind !== "AuthorizationPolicy") throw new Error("not a policy");
    return readGuards([made]).map((each) => ({ ...each, isDryRun }));
  };
  const guardOf = (isDryRun: boolean, authorizers: readonly Authorizer[]) =>
    Object.keys(
      guardFilters({
        policies: policies(isDryRun),
        authorizers,
        limits: [],
        trustDomains: ["cluster.local"],
        port: 80,
        trustsForwardedFor: [],
      }),
    );
  const port = { number: 80, name: "http", protocol: "HTTP" } as const;
  const asked: Authorizer = {
    provider: { name: "judge", envoyExtAuthzHttp: { service: "default/judge.test", port: 80 } },
    protocol: "http",
    port,
    service: {
      host: "judge.test",
      namespace: "default",
      ports: [port],
      resolution: "dns",
      isInMesh: false,
      addresses: [],
      selector: undefined,
      subjectAltNames: [],
      declarations: [] as never,
    },
  };
  expect(guardOf(false, [asked])).toEqual(["envoy.filters.http.rbac.custom.judge", "envoy.filters.http.rbac.deny"]);
  expect(guardOf(true, [asked])).toEqual([]);
  expect(guardOf(true, [])).toEqual([]);
});
