import { expect, test } from "vitest";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";

const from = (source: object): AuthorizationRule => ({ from: [{ source: {} }, { source }] });
const to = (operation: object): AuthorizationRule => ({ to: [{ operation }] });

test.each<[AuthorizationRule, boolean]>([
  [{}, false],
  [from({ principals: ["*"], ipBlocks: ["10.0.0.0/8"] }), false],
  [from({ requestPrincipals: ["*"] }), true],
  [from({ notRequestPrincipals: ["*"] }), true],
  [from({ requestPrincipals: [], notRequestPrincipals: ["*"] }), true],
  [to({ ports: ["80"], notPorts: ["81"], methods: [] }), false],
  [to({ notPaths: ["/a"] }), true],
  [to({ hosts: [], notMethods: ["GET"] }), true],
  [{ when: [{ key: "source.ip", values: ["10.0.0.1"] }] }, false],
  [{ when: [{ key: "request.auth.claims[a]", values: ["b"] }] }, true],
])("%j asks for what only HTTP knows: %s", (rule, expected) => expect(usesHttp(rule)).toBe(expected));
