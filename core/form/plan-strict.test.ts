import { expect, test } from "vitest";
import type { StandingDocument } from "#core/form/plan.ts";
import { planStrict } from "#core/form/plan-strict.ts";

const standing = (name: string, spec: string): StandingDocument => ({
  ref: `PeerAuthentication/default/${name}`,
  ...{ namespace: "default", name, resourceVersion: 7 },
  text: `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: ${name}, namespace: default }\n# ours\nspec: ${spec}\n`,
});
const WIDE = standing("wide", "{ mtls: { mode: PERMISSIVE } }");
const OWN = standing("own", "{ selector: { matchLabels: { app: a } }, mtls: { mode: DISABLE } }");

const plan = (policies: readonly StandingDocument[], differs = {}) =>
  planStrict({
    ...{ namespace: "default", mode: "STRICT", policies, speaking: [], withOwn: false, rootNamespace: "istio-system" },
    ...differs,
  });
const texts = ({ changes }: ReturnType<typeof plan>) =>
  changes.map((each) => (each.op === "upsert" ? each.text : each.ref));

test("a namespace without a policy gets one, which must be new", () => {
  const made = plan([OWN]);
  expect(made.changes).toMatchObject([{ expectedVersion: 0 }]);
  expect(texts(made)[0]).toContain("name: default");
  expect(texts(made)[0]).toContain("mode: STRICT");
  expect(made.kept).toEqual(["PeerAuthentication/default/own"]);
});

test("the policy that it has is changed, comments kept, if nobody was faster", () => {
  const made = plan([WIDE]);
  expect(made.changes).toMatchObject([{ expectedVersion: 7 }]);
  expect(texts(made)[0]).toBe(WIDE.text.replace("PERMISSIVE", "STRICT"));
});

test("of several for all of the namespace it is the one that speaks", () => {
  const other = standing("other", "{ mtls: { mode: PERMISSIVE } }");
  expect(texts(plan([WIDE, other], { speaking: [other.ref] }))).toEqual([other.text.replace("PERMISSIVE", "STRICT")]);
});

test("those of single workloads are changed where one wants it, and kept else", () => {
  expect(plan([WIDE, OWN]).kept).toEqual([OWN.ref]);
  const made = plan([WIDE, OWN], { withOwn: true });
  expect(made.kept).toEqual([]);
  expect(texts(made)[1]).toContain("mode: STRICT");
});

test("ports that a policy excepts stay, and are told", () => {
  const ports = standing(
    "ports",
    "{ selector: { matchLabels: { app: a } }, portLevelMtls: { 80: { mode: DISABLE } } }",
  );
  expect(plan([WIDE, ports], { withOwn: true })).toMatchObject({ kept: [ports.ref], changes: [{}] });
});

test("nothing is changed where all of it says so", () => {
  expect(plan([standing("wide", "{ mtls: { mode: STRICT } }")]).changes).toEqual([]);
});
