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

test("of several of which none is seen to speak all are changed, for the oldest may leave it to the mesh", () => {
  const unset = standing("unset", "{ mtls: { mode: UNSET } }");
  expect(texts(plan([WIDE, unset])).map((text) => text?.includes("mode: STRICT"))).toEqual([true, true]);
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

test("of the mesh, namespaces that say otherwise are told, and it is not said of them", () => {
  const of = (namespace: string, { text, ...each }: StandingDocument): StandingDocument => ({
    ...{ ...each, namespace, ref: `PeerAuthentication/${namespace}/${each.name}` },
    text: text.replace("namespace: default", `namespace: ${namespace}`),
  });
  const [mesh, legacy] = [of("istio-system", WIDE), of("legacy", WIDE)];
  const strict = of("shop", standing("strict", "{ mtls: { mode: STRICT } }"));
  const made = plan([legacy, mesh, strict], { namespace: "istio-system" });
  expect(texts(made)).toEqual([mesh.text.replace("PERMISSIVE", "STRICT")]);
  expect(made.kept).toEqual([legacy.ref]);
  expect(made.sentences[0]).toContain("where no other policy says otherwise");
  // A namespace's own step is none of the others'.
  expect(plan([legacy, mesh, strict]).kept).toEqual([]);
  expect(plan([legacy, mesh, strict]).changes).toMatchObject([{ expectedVersion: 0 }]);
});

test("nothing is changed where all of it says so", () => {
  expect(plan([standing("wide", "{ mtls: { mode: STRICT } }")]).changes).toEqual([]);
});
