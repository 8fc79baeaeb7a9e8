import { expect, test } from "vitest";
import { ALWAYS } from "#core/simulate/condition.ts";
import { Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import { passTokens } from "#core/simulate/pass-tokens.ts";
import type { Step } from "#core/simulate/step.ts";
import type { TokenRequirement } from "#core/simulate/tokens/token-config.ts";

const UNKNOWN: TokenRequirement = { kind: "unknown", what: "providerAndAudiences" };
const OPTIONAL: TokenRequirement = { kind: "any", of: [], allowsMissing: true, allowsFailed: false };

function told(requirement: TokenRequirement): readonly string[] {
  const steps: Step[] = [];
  const connection = {
    remote: undefined,
    local: undefined,
    localPort: 80,
    tls: undefined,
    speaks: "http/1.1",
  } as const;
  const stopped = passTokens(
    "envoy.filters.http.jwt_authn",
    { kind: "tokens", rules: [{ condition: ALWAYS, requirement }], sanitizes: [], bypassesPreflight: false },
    new Exchange(connection, new Headers([[":path", "/"]])),
    { delayMs: 0, cors: undefined, marks: new Set() },
    { chance: () => true, pick: () => 0 },
    { nowMs: () => 0, verify: () => true },
    { add: (step) => steps.push(step) },
    undefined,
  );
  return [String(stopped?.status), ...steps.map(({ result, why }) => `${result}: ${why}`)];
}

const TAKEN = "providerAndAudiences is not evaluated here: it is taken to be met";

test.each<[string, TokenRequirement, readonly string[]]>([
  ["nothing of what is not evaluated where all is", OPTIONAL, ["undefined", "passed: there is none"]],
  ["what is not evaluated", UNKNOWN, ["undefined", `passed: ${TAKEN}`]],
  ["the same within others", { kind: "all", of: [OPTIONAL, UNKNOWN] }, ["undefined", `passed: ${TAKEN}`]],
])("a request without a token is told %s", (_, requirement, expected) => {
  expect(told(requirement)).toEqual(expected);
});
