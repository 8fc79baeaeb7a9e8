import { expect, test } from "vitest";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import type { GuardingPolicy, GuardingRule } from "#core/resolve/guarding-policy.ts";
import { chainFilters } from "#server/envoy/features/network-filters.ts";

const PORT = { name: "grpc", number: 9000, protocol: "grpc", targetPort: 9000 } as const;
const AUTHORIZER = {
  provider: { name: "judge", envoyExtAuthzGrpc: { service: "judge.example", port: 9000 } },
  protocol: "grpc",
  service: { host: "judge.example", namespace: "default", ports: [PORT] },
  port: PORT,
} as unknown as Authorizer;

/** Names of what a chain for `port` carries, where one is asked about connections to 9000, and how often the rules were read. */
function chain(port: number, authorizers: readonly Authorizer[]) {
  let reads = 0;
  const rules: readonly GuardingRule[] = [{ index: 0, usesHttp: false, to: [{ operation: { ports: ["9000"] } }] }];
  const policy: GuardingPolicy = {
    ...{ ref: "AuthorizationPolicy/default/ask", namespace: "default", name: "ask" },
    ...{ action: "CUSTOM", provider: "judge", isDryRun: false },
    get rules() {
      reads += 1;
      return rules;
    },
  };
  const filters = chainFilters({ policies: [policy], authorizers, trustDomains: ["t"], port });
  return { names: filters.map(({ name }) => name), reads };
}

test("rules about whom somebody is asked are built once for a chain, and leave no trace where they are about other ports", () => {
  expect(chain(9000, [AUTHORIZER])).toEqual({
    names: ["envoy.filters.network.rbac", "envoy.filters.network.ext_authz"],
    reads: 1,
  });
  expect(chain(9001, [AUTHORIZER])).toEqual({ names: [], reads: 1 });
  expect(chain(9000, [])).toEqual({ names: ["envoy.filters.network.rbac"], reads: 1 });
});
