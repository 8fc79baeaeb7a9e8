import { expect, test } from "vitest";
import { planTokens, type TokensInput } from "#core/form/plan-tokens.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const INPUT: TokensInput = {
  ...{ namespace: "default", selector: { app: "shop" }, targetName: "shop", target: "shop", issuer: "https://a.test" },
  ...{ jwksUri: "", audiences: [], openPaths: [], checkedBy: undefined, takenNames: [] },
};

const documents = (differs: Partial<TokensInput> = {}) => {
  const { changes } = planTokens({ ...INPUT, ...differs });
  const read = parseDocuments(changes.map((each) => (each.op === "upsert" ? each.text : "")).join("---\n"));
  expect(read.diagnostics).toEqual([]);
  expect(changes.every((each) => each.op === "upsert" && each.expectedVersion === 0)).toBe(true);
  return read.resources.map(({ kind, metadata, spec }) => ({ kind, name: metadata.name, spec }));
};

test("the rule that checks and the policy that asks come together, on the same workloads", () => {
  const selector = { matchLabels: { app: "shop" } };
  expect(documents({ jwksUri: "https://a.test/keys", audiences: ["shop"], openPaths: ["/healthz"] })).toMatchObject([
    {
      kind: "RequestAuthentication",
      name: "tokens-shop",
      spec: { selector, jwtRules: [{ issuer: "https://a.test", jwksUri: "https://a.test/keys", audiences: ["shop"] }] },
    },
    {
      kind: "AuthorizationPolicy",
      name: "tokens-shop",
      spec: {
        selector,
        action: "DENY",
        rules: [
          {
            from: [{ source: { notRequestPrincipals: ["https://a.test/*"] } }],
            to: [{ operation: { notPaths: ["/healthz"] } }],
          },
          {
            to: [{ operation: { notPaths: ["/healthz"] } }],
            when: [{ key: "request.auth.audiences", notValues: ["shop"] }],
          },
        ],
      },
    },
  ]);
});

test("all of a namespace has no selector, and a taken name is not taken again", () => {
  const [check, ask] = documents({ selector: {}, takenNames: ["tokens-shop"] });
  expect(check).toMatchObject({ name: "tokens-shop-2" });
  expect(check?.spec).not.toHaveProperty("selector");
  expect(ask?.spec).not.toHaveProperty("selector");
});

test("where its tokens are checked already the policy alone is written", () => {
  expect(documents({ checkedBy: "RequestAuthentication/default/all" }).map(({ kind }) => kind)).toEqual([
    "AuthorizationPolicy",
  ]);
});

test("audiences are asked for by the policy, for another rule of the issuer may take any", () => {
  const [ask] = documents({ audiences: ["shop"], checkedBy: "RequestAuthentication/default/all" });
  expect(ask?.spec).toMatchObject({
    rules: [{ from: [{}] }, { when: [{ key: "request.auth.audiences", notValues: ["shop"] }] }],
  });
  expect(planTokens({ ...INPUT, audiences: ["shop"] }).sentences).toContain("They have to be for shop.");
});
