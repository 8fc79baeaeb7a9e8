import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Exchange } from "#core/simulate/exchange.ts";
import type { Filter } from "#core/simulate/filter.ts";
import { passFilter } from "#core/simulate/filters.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { Passed } from "#core/simulate/passed.ts";
import { readHttpFilter } from "#core/simulate/read/http-filter.ts";
import type { Step } from "#core/simulate/step.ts";
import { ExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js";
import { RBACSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";

const connection = {
  remote: { family: 4, bytes: new Uint8Array([10, 0, 0, 1]) },
  local: { family: 4, bytes: new Uint8Array([10, 0, 0, 2]) },
  localPort: 80,
  tls: undefined,
} as never;
const DICE = { chance: () => true, pick: () => 0 };

const policy = (path: string) => ({
  permissions: [
    {
      rule: {
        case: "urlPath" as const,
        value: { rule: { case: "path" as const, value: { matchPattern: { case: "prefix" as const, value: path } } } },
      },
    },
  ],
  principals: [{ identifier: { case: "any" as const, value: true } }],
});
const marking = (provider: string, path: string): Filter => ({
  name: `rbac.${provider}`,
  isDisabled: false,
  config: readHttpFilter(
    anyPack(
      RBACSchema,
      create(RBACSchema, {
        shadowRulesStatPrefix: `ext_authz_${provider}_`,
        shadowRules: { action: 1, policies: { "ns[a]-policy[b]-rule[0]": policy(path) } },
      }),
    ),
  ),
});
const asking = (provider: string): Filter => ({
  name: `ext_authz.${provider}`,
  isDisabled: false,
  config: readHttpFilter(
    anyPack(
      ExtAuthzSchema,
      create(ExtAuthzSchema, {
        services: {
          case: "httpService",
          value: { serverUri: { uri: "http://a", httpUpstreamType: { case: "cluster", value: provider } } },
        },
        filterEnabledMetadata: {
          path: [{ segment: { case: "key", value: `ext_authz_${provider}_shadow_effective_policy_id` } }],
        },
      }),
    ),
  ),
});

function ask(path: string): { readonly results: readonly unknown[]; readonly steps: readonly Step[] } {
  const steps: Step[] = [];
  const passed: Passed = { delayMs: 0, cors: undefined, marks: new Set() };
  const exchange = new Exchange(connection, new Headers([[":path", path]]));
  const filters = [marking("judge", "/a"), asking("judge"), marking("oracle", "/a/b"), asking("oracle")];
  const results = filters.map((filter) =>
    passFilter(filter, exchange, undefined, passed, DICE, { add: (step) => steps.push(step) }, undefined, undefined),
  );
  return { results, steps };
}

test("who is marked by a provider's rules is asked about, and no other: what it answers is not known", () => {
  expect(ask("/b").results).toEqual([undefined, undefined, undefined, undefined]);
  expect(ask("/a").results).toEqual([undefined, { kind: "undecided", what: "asked of judge" }, undefined, undefined]);
  expect(ask("/a/b").results[3]).toEqual({ kind: "undecided", what: "asked of oracle" });
});

test("rules that refuse where nobody looked see who did, matched or not", () => {
  const looked = {
    filter: "envoy.filters.http.rbac",
    path: [{ segment: { case: "key" as const, value: "ext_authz_judge_shadow_engine_result" } }],
    value: { matchPattern: { case: "presentMatch" as const, value: true } },
  };
  const permission = {
    rule: { case: "notRule" as const, value: { rule: { case: "metadata" as const, value: looked } } },
  };
  const rules = {
    action: 1,
    policies: { p: { permissions: [permission], principals: [{ identifier: { case: "any" as const, value: true } }] } },
  };
  const denying: Filter = {
    name: "rbac.deny",
    isDisabled: false,
    config: readHttpFilter(anyPack(RBACSchema, create(RBACSchema, { rules }))),
  };
  const through = (filters: readonly Filter[]) => {
    const passed: Passed = { delayMs: 0, cors: undefined, marks: new Set() };
    const exchange = new Exchange(connection, new Headers([[":path", "/b"]]));
    return filters
      .map((each) => passFilter(each, exchange, undefined, passed, DICE, undefined, undefined, undefined))
      .at(-1);
  };
  expect(through([marking("judge", "/a"), denying])).toBeUndefined();
  expect(through([marking("oracle", "/b"), denying])).toMatchObject({ status: 403 });
  expect(through([denying])).toMatchObject({ status: 403 });
});

test("the steps say by which rule", () => {
  expect(ask("/a").steps.map(({ result, title, why }) => [result, title, why])).toEqual([
    ["passed", "rbac.judge", expect.stringContaining("ns[a]-policy[b]-rule[0] has its provider asked")],
    ["ended", "asked of judge", "what it answers is not known here"],
    ["passed", "rbac.oracle", "no rule matches: its provider is not asked"],
    ["passed", "asked of oracle", "no rule that has it asked matches"],
  ]);
});
