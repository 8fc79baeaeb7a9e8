import { expect, test } from "vitest";
import { explainPolicy } from "#core/form/explain-policy.ts";
import { newPolicy } from "#core/form/new-policy.ts";
import { openDocument } from "#core/form/open-document.ts";
import {
  addPolicyRule,
  setAnyone,
  setCallers,
  setHeaderCondition,
  setOperation,
  setSelector,
} from "#core/form/policy-edits.ts";
import { readPolicyForm } from "#core/form/policy-form.ts";
import { type PolicyTarget, warnPolicy } from "#core/form/warn-policy.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

const PRODUCTPAGE = "cluster.local/ns/default/sa/bookinfo-productpage";
const RATINGS = "cluster.local/ns/default/sa/bookinfo-ratings";

const DENY = newPolicy({
  namespace: "default",
  action: "DENY",
  targetName: "details",
  selector: { app: "details" },
  principals: [PRODUCTPAGE],
  takenNames: [],
});

function readValue(text: string): unknown {
  const document = openDocument(text);
  return document.kind === "open" ? document.value : null;
}

const formOf = (text: string) => readPolicyForm(readValue(text));

function apply(text: string, edits: readonly DocumentEdit[]): string {
  const result = editDocument(text, edits);
  expect(parseDocuments(result).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return result;
}

test("a policy to begin with names itself, its target and its caller", () => {
  expect(parseDocuments(DENY).diagnostics).toEqual([]);
  expect(formOf(DENY)).toEqual({
    isDryRun: false,
    name: "deny-bookinfo-productpage-to-details",
    namespace: "default",
    action: "DENY",
    selector: { app: "details" },
    rules: [
      {
        isAnyone: false,
        principals: [PRODUCTPAGE],
        namespaces: [],
        methods: [],
        paths: [],
        hosts: [],
        ports: [],
        conditions: [],
        other: [],
      },
    ],
    other: [],
  });
});

test("callers by identity or by namespace are alternatives, each in a source of its own", () => {
  const text = apply(
    DENY,
    setCallers(readValue(DENY), 0, { principals: [PRODUCTPAGE, RATINGS], namespaces: ["other"] }),
  );
  expect(parseDocuments(text).resources[0]?.spec).toMatchObject({
    rules: [{ from: [{ source: { principals: [PRODUCTPAGE, RATINGS] } }, { source: { namespaces: ["other"] } }] }],
  });
  expect(formOf(text).rules?.[0]).toMatchObject({ principals: [PRODUCTPAGE, RATINGS], namespaces: ["other"] });
});

test("sources that the form does not show stay where they are", () => {
  const both = DENY.replace(
    / +- source:\n.*\n.*\n/,
    "        - source: { ipBlocks: [10.0.0.0/8] } # office\n        - source: { principals: [a] }\n",
  );
  const text = apply(both, setCallers(readValue(both), 0, { principals: [], namespaces: [] }));
  expect(text).toContain("{ ipBlocks: [10.0.0.0/8] } # office");
  expect(formOf(text).rules?.[0]).toMatchObject({ principals: [], other: ["spec.rules[0].from[0].source"] });
});

test("a list of callers that was emptied is an error, and never comes to mean everyone", () => {
  const text = editDocument(DENY, setCallers(readValue(DENY), 0, { principals: [], namespaces: [] }));
  expect(parseDocuments(text).diagnostics).toMatchObject([
    { severity: "error", path: ["spec", "rules", 0, "from", 0, "source"] },
  ]);
  expect(explainPolicy(formOf(text), "details")).toEqual(["No caller is chosen yet."]);
  expect(formOf(apply(text, setAnyone(0))).rules).toMatchObject([{ isAnyone: true }]);
});

test("operations and conditions come, and go without leaving an empty shell", () => {
  let text = apply(DENY, setOperation(readValue(DENY), 0, "methods", ["GET"]));
  text = apply(text, setOperation(readValue(text), 0, "paths", ["/details/*"]));
  expect(formOf(text).rules?.[0]).toMatchObject({ methods: ["GET"], paths: ["/details/*"] });
  text = apply(text, setOperation(readValue(text), 0, "methods", []));
  text = apply(text, setOperation(readValue(text), 0, "paths", []));
  expect(text).toBe(DENY);
  const [rule] = formOf(DENY).rules ?? [];
  if (rule === undefined) throw new Error("no rule");
  text = apply(DENY, setHeaderCondition(0, rule, 0, "end-user", ["jason"]));
  expect(formOf(text).rules?.[0]?.conditions).toEqual([{ key: "request.headers[end-user]", values: ["jason"] }]);
});

test("a new rule and another target make a valid policy", () => {
  const text = apply(DENY, [
    ...addPolicyRule(formOf(DENY)),
    { op: "set", path: pathOf("spec.rules[1].from[0].source.principals"), value: [RATINGS] },
    ...setSelector({}),
  ]);
  expect(formOf(text)).toMatchObject({ selector: {}, rules: [{}, { principals: [RATINGS] }] });
});

const withRule = (edits: (value: unknown) => DocumentEdit[]) => editDocument(DENY, edits(readValue(DENY)));

test.each([
  { name: "one caller", text: DENY, sentence: "bookinfo-productpage may not call anything on details." },
  {
    name: "method and path",
    text: withRule((value) => [
      ...setOperation(value, 0, "methods", ["GET"]),
      { op: "set", path: pathOf("spec.rules[0].to[0].operation.paths"), value: ["/details/*"] },
    ]),
    sentence: "bookinfo-productpage may not call GET /details/* on details.",
  },
  {
    name: "nobody in particular",
    text: editDocument(DENY, setAnyone(0)),
    sentence: "Nobody may call anything on details.",
  },
  {
    name: "several callers that are allowed",
    text: withRule((value) => [
      { op: "set", path: pathOf("spec.action"), value: "ALLOW" },
      ...setCallers(value, 0, { principals: [PRODUCTPAGE], namespaces: ["shop"] }),
    ]),
    sentence: "bookinfo-productpage and anything in namespace shop may call anything on details.",
  },
  {
    name: "an ALLOW of nobody",
    text: DENY.replace("DENY", "ALLOW").replace(/ {2}rules:[\s\S]*/, "  rules: []\n"),
    sentence: "Nobody may call details: the policy allows, and names nobody.",
  },
])("says in a sentence what it does: $name", ({ text, sentence }) => {
  expect(explainPolicy(formOf(text), "details")).toEqual([sentence]);
});

const TARGET: PolicyTarget = { name: "details", mtls: "strict", otherAllows: [], isRootNamespace: false };

test.each([
  {
    name: "the first ALLOW refuses the rest",
    text: DENY.replace("action: DENY", "action: ALLOW"),
    target: TARGET,
    codes: ["implicit-deny"],
  },
  {
    name: "a further ALLOW only adds",
    text: DENY.replace("action: DENY", "action: ALLOW"),
    target: { ...TARGET, otherAllows: ["AuthorizationPolicy/default/a"] },
    codes: [],
  },
  { name: "a DENY of one caller is plain", text: DENY, target: TARGET, codes: [] },
  {
    name: "without mTLS a caller has no identity",
    text: DENY,
    target: { ...TARGET, mtls: "permissive" as const },
    codes: ["needs-mtls"],
  },
  {
    name: "a DENY of all",
    text: editDocument(DENY, setAnyone(0)),
    target: TARGET,
    codes: ["denies-everyone"],
  },
  {
    name: "the root namespace without selector",
    text: editDocument(DENY, setSelector({})),
    target: { ...TARGET, isRootNamespace: true },
    codes: ["mesh-wide"],
  },
])("warns of what surprises: $name", ({ text, target, codes }) => {
  const warned = warnPolicy(formOf(text), target);
  expect(warned.map(({ code }) => code)).toEqual(codes);
  for (const { severity, path = [] } of warned) expect([severity, path[0]]).toEqual(["warning", "spec"]);
});

test("a policy that is only tried says so before what it does", () => {
  const tried = DENY.replace("metadata:", 'metadata:\n  annotations: { istio.io/dry-run: "true" }');
  expect(formOf(tried).isDryRun).toBe(true);
  expect(explainPolicy(formOf(tried), "details")[0]).toBe("Only tried, nothing is refused:");
});
