// What is said of recorded requests, whether a rule takes them, is what a proxy does that is given the rule.

import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { parseAddress } from "#core/simulate/address.ts";
import { rollDice } from "#core/simulate/dice.ts";
import { Exchange } from "#core/simulate/exchange.ts";
import { matchedPolicy } from "#core/simulate/filters.ts";
import { Headers } from "#core/simulate/headers.ts";
import { readRbacConfig } from "#core/simulate/read/rbac.ts";
import { matchRule } from "#core/traffic/match-rule.ts";
import { RBACSchema } from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import { buildRbac } from "#server/envoy/features/build-rbac.ts";
import { fc, seed } from "#testing/fc.ts";

const RULES = 300;
const REQUESTS = 20;
const TRUST_DOMAIN = "mesh.test";
const PORT = 9080;
/** Nothing of a rule is left to chance. */
const DICE = rollDice(() => 0);

const some = (...values: string[]) => fc.subarray(values, { minLength: 1, maxLength: Math.min(2, values.length) });
/** One or two of the fields, as a rule has them. */
const fields = (all: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .subarray(Object.keys(all), { minLength: 1, maxLength: 2 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, all[key] ?? fc.constant(undefined)]))));

const PRINCIPALS = [
  "*",
  "cluster.local/*",
  "mesh.test/ns/a/*",
  "*/sa/one",
  "cluster.local/ns/a/sa/one",
  "other.test/ns/a/sa/one",
];
const NAMESPACES = ["a", "b", "a*", "*"];
const ACCOUNTS = ["one", "a/one", "b/two"];
const PATHS = ["/a", "/a*", "*/b", "*", "/a/{*}", "/{**}/b", "/a.c"];
const HOSTS = ["a.test", "A.test", "*.test", "a*", "*"];
const METHODS = ["GET", "P*", "*T", "*"];

const source = fields({
  principals: some(...PRINCIPALS),
  notPrincipals: some(...PRINCIPALS),
  namespaces: some(...NAMESPACES),
  notNamespaces: some(...NAMESPACES),
  serviceAccounts: some(...ACCOUNTS),
  notServiceAccounts: some(...ACCOUNTS),
  ipBlocks: some("10.0.0.0/8"),
});
const operation = fields({
  ports: some("9080", "80"),
  notPorts: some("9080", "80"),
  methods: some(...METHODS),
  notMethods: some(...METHODS),
  paths: some(...PATHS),
  notPaths: some(...PATHS),
  hosts: some(...HOSTS),
  notHosts: some(...HOSTS),
});
const conditionOf = (key: string, values: readonly string[]) =>
  fields({ values: some(...values), notValues: some(...values) }).map((made) => ({ key, ...made }));
const condition = fc.oneof(
  conditionOf("source.principal", PRINCIPALS),
  conditionOf("source.namespace", NAMESPACES),
  conditionOf("source.serviceAccount", ["a/one", "b/two"]),
  conditionOf("destination.port", ["9080", "80"]),
  conditionOf("request.headers[:method]", METHODS),
  conditionOf("request.headers[x-user]", ["jason"]),
  conditionOf("connection.sni", ["a.test"]),
);
const rule = fc.record(
  {
    from: fc.array(
      source.map((each) => ({ source: each })),
      { minLength: 1, maxLength: 2 },
    ),
    to: fc.array(
      operation.map((each) => ({ operation: each })),
      { minLength: 1, maxLength: 2 },
    ),
    when: fc.array(condition, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const request = fc.record({
  principal: fc.constantFrom(
    null,
    "mesh.test/ns/a/sa/one",
    "mesh.test/ns/b/sa/two",
    "mesh.test/ns/ab/sa/one",
    "other.test/ns/a/sa/one",
    "old.test/ns/a/sa/one",
  ),
  isHttp: fc.boolean(),
  method: fc.constantFrom("GET", "POST", "PUT"),
  path: fc.constantFrom("/a", "/a/b", "/abc", "/", "/a/b/c"),
  host: fc.constantFrom("a.test", "b.test", "a.b.test", "A.TEST"),
});
const action = fc.constantFrom("ALLOW" as const, "DENY" as const, "AUDIT" as const);

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function exchangeOf({ principal, isHttp, method, path, host }: Request): Exchange {
  const peer = { uris: [`spiffe://${principal}`], dnsNames: [], subject: "" };
  return new Exchange(
    {
      remote: parseAddress("127.0.0.1"),
      local: parseAddress("127.0.0.1"),
      localPort: PORT,
      tls: principal === null ? undefined : { serverName: "", alpn: [], peer },
      speaks: isHttp ? "http/1.1" : "tcp",
    },
    new Headers(
      isHttp
        ? [
            [":method", method],
            [":path", path],
            [":authority", host],
          ]
        : [],
    ),
  );
}

/** Nothing where it is not valid. */
function policyOf(written: object, of: string): readonly AnyResource[] {
  const { resources, diagnostics } = parseDocuments(
    JSON.stringify({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "p", namespace: "a" },
      spec: { action: of, rules: [written] },
    }),
  );
  return diagnostics.some(({ severity }) => severity === "error") ? [] : resources;
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("a rule is said to take a request where the compiled one does, or that it is not known", () => {
    const answers = { yes: 0, no: 0, maybe: 0 };
    const requests = fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS });
    fc.assert(
      fc.property(rule, requests, action, (written, all, of) => {
        const policies = ofKind(policyOf(written, of), "AuthorizationPolicy");
        const [own] = policies[0]?.spec.rules ?? [];
        fc.pre(own !== undefined);
        const guard = {
          policies: readGuards(policies),
          authorizers: [],
          port: PORT,
          trustDomains: [TRUST_DOMAIN, "old.test"],
          trustsForwardedFor: [],
        };
        const compiled = (isHttp: boolean) =>
          readRbacConfig({ rules: create(RBACSchema, buildRbac({ ...guard, action: of, isHttp })) }).rules;
        const [http, tcp] = [compiled(true), compiled(false)];
        for (const asked of all) {
          const { isHttp, principal, method, path, host } = asked;
          const said = matchRule(
            own ?? {},
            { principal, isHttp, ports: [PORT], ...(isHttp ? { method, path, host } : {}) },
            { namespace: "a", action: of, trustDomains: [TRUST_DOMAIN, "old.test"] },
          );
          answers[said] += 1;
          const rules = isHttp ? http : tcp;
          const taken = rules && matchedPolicy(rules, exchangeOf(asked), DICE);
          if (said !== "maybe") expect([said, asked]).toEqual([taken === undefined ? "no" : "yes", asked]);
        }
      }),
      { seed, numRuns: RULES, endOnFailure: true },
    );
    expect(Math.min(answers.yes, answers.no, answers.maybe)).toBeGreaterThan(RULES);
  });
});
