import { expect, test } from "vitest";
import { openDocument } from "#core/form/open-document.ts";
import {
  addCondition,
  addDestination,
  addRule,
  newRulePosition,
  removeCondition,
  removeDestination,
  renameNamed,
  setGateways,
  setMirror,
  setMirrorPercent,
  setNamed,
  setText,
  setWeight,
  toggleFault,
  toggleRetries,
} from "#core/form/routing-edits.ts";
import { type RoutingForm, readRoutingForm } from "#core/form/routing-form.ts";
import { summarizeRouting } from "#core/form/summarize-routing.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

const TEXT = `# Who gets which reviews.
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: default
spec:
  hosts: [reviews]
  http:
    # Jason sees stars.
    - match:
        - headers:
            end-user: { exact: jason }
          sourceLabels: { app: productpage }
      route:
        - destination: { host: reviews, subset: v2 }
      corsPolicy: { maxAge: 24h }
    # Everyone else.
    - route:
        - { destination: { host: reviews, subset: v1 }, weight: 90 }
        - { destination: { host: reviews, subset: v3 }, weight: 10 } # canary
      timeout: 5s
`;

function formOf(text: string): RoutingForm {
  const document = openDocument(text);
  if (document.kind !== "open") throw new Error(document.kind);
  return readRoutingForm(document.value);
}

function ruleOf(text: string, index: number) {
  const rule = formOf(text).rules[index];
  if (rule === undefined) throw new Error(`no rule ${index}`);
  return rule;
}

/** Applies the edits, and holds the result to be a resource without errors. */
function apply(text: string, edits: readonly DocumentEdit[]): string {
  const result = editDocument(text, edits);
  expect(parseDocuments(result).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return result;
}

test("reads rules, and lists what only YAML shows", () => {
  const form = formOf(TEXT);
  expect(form).toMatchObject({ name: "reviews", hosts: ["reviews"], gateways: ["mesh"], other: [] });
  expect(form.rules[0]).toMatchObject({
    matches: [
      {
        headers: [{ name: "end-user", operator: "exact", value: "jason" }],
        other: ["spec.http[0].match[0].sourceLabels"],
      },
    ],
    destinations: [{ host: "reviews", subset: "v2", weight: 100 }],
    other: ["spec.http[0].corsPolicy"],
  });
  expect(form.rules[1]).toMatchObject({ timeout: "5s", destinations: [{ weight: 90 }, { weight: 10 }], other: [] });
});

test("reads any shape without failing", () => {
  for (const value of [null, 3, [], { spec: { http: "x" } }, { spec: { http: [null, { route: [7], match: [4] }] } }])
    expect(() => readRoutingForm(value)).not.toThrow();
});

test("a slider writes its weight and the others', and no comment is lost", () => {
  const result = apply(TEXT, setWeight(1, ruleOf(TEXT, 1), 1, 100));
  expect(ruleOf(result, 1).destinations.map(({ weight }) => weight)).toEqual([0, 100]);
  for (const comment of ["# Who gets", "# Jason sees stars.", "# Everyone else.", "# canary"])
    expect(result).toContain(comment);
});

test("a second destination starts at 0 and the first keeps all", () => {
  const result = apply(TEXT, addDestination(0, ruleOf(TEXT, 0), { host: "reviews", subset: "v3", port: null }));
  expect(ruleOf(result, 0).destinations.map(({ subset, weight }) => `${subset} ${weight}`)).toEqual(["v2 100", "v3 0"]);
});

test("what a removed destination had goes to the rest", () => {
  const result = apply(TEXT, removeDestination(1, ruleOf(TEXT, 1), 0));
  expect(ruleOf(result, 1).destinations.map(({ subset, weight }) => `${subset} ${weight}`)).toEqual(["v3 100"]);
});

const END_USER = { match: 0, kind: "header", name: "end-user" } as const;

test("conditions on query parameters are conditions like those on headers", () => {
  // A condition without a name is not one yet, and ingest says so.
  const added = editDocument(TEXT, addCondition(1, ruleOf(TEXT, 1), 0, "query"));
  expect(parseDocuments(added).diagnostics.map(({ path }) => path)).toEqual([
    ["spec", "http", 1, "match", 0, "queryParams", ""],
  ]);
  const named = apply(added, renameNamed(1, ruleOf(added, 1), { match: 0, kind: "query", name: "" }, "beta"));
  const place = { match: 0, kind: "query", name: "beta" } as const;
  const set = apply(named, setNamed(1, place, { operator: "regex", value: "[0-9]+" }));
  expect(ruleOf(set, 1).matches[0]).toMatchObject({
    queryParams: [{ name: "beta", operator: "regex", value: "[0-9]+" }],
    headers: [],
    other: [],
  });
  expect(ruleOf(apply(set, removeCondition(1, ruleOf(set, 1), 0, place)), 1).matches).toEqual([]);
});

test("copies are sent to one more version, all of them or a share, until it is ended", () => {
  const on = apply(TEXT, setMirror(1, ruleOf(TEXT, 1), { host: "reviews", subset: "v2" }));
  expect(ruleOf(on, 1)).toMatchObject({ mirror: { host: "reviews", subset: "v2", percent: null }, other: [] });
  const shared = apply(on, setMirrorPercent(1, 5));
  expect(ruleOf(shared, 1).mirror?.percent).toBe(5);
  expect(summarizeRouting(formOf(on), formOf(shared))).toBe("reviews: rule 2 5 % copied to v2");
  expect(apply(shared, setMirror(1, ruleOf(shared, 1), null))).toBe(TEXT);
});

test("conditions come and go, and the last takes its match with it", () => {
  const withPath = apply(TEXT, addCondition(0, ruleOf(TEXT, 0), 0, "uri"));
  expect(ruleOf(withPath, 0).matches[0]?.uri).toEqual({ operator: "prefix", value: "" });
  const renamed = apply(withPath, renameNamed(0, ruleOf(withPath, 0), END_USER, "x-user"));
  expect(ruleOf(renamed, 0).matches[0]?.headers).toEqual([{ name: "x-user", operator: "exact", value: "jason" }]);
  const withoutHeader = apply(renamed, removeCondition(0, ruleOf(renamed, 0), 0, { kind: "header", name: "x-user" }));
  expect(withoutHeader).not.toContain("headers");
  const matched = apply(TEXT, addCondition(1, ruleOf(TEXT, 1), 0, "method"));
  expect(ruleOf(matched, 1).matches).toHaveLength(1);
  const bare = apply(matched, removeCondition(1, ruleOf(matched, 1), 0, { kind: "method" }));
  expect(ruleOf(bare, 1).matches).toEqual([]);
});

test("a new rule is put where requests still reach it", () => {
  const { rules } = formOf(TEXT);
  expect(newRulePosition(rules)).toBe(1);
  const result = apply(TEXT, addRule(rules, 1));
  expect(formOf(result).rules.map(({ matches }) => matches.length)).toEqual([1, 1, 0]);
  expect(result).toContain("# Everyone else.");
});

test("timeout, retries and faults switch on and off without a trace", () => {
  const on = apply(TEXT, [
    ...toggleRetries(1, true),
    ...toggleFault(1, ruleOf(TEXT, 1), "abort", true),
    ...setText(pathOf("spec.http[1].timeout"), ""),
  ]);
  expect(ruleOf(on, 1)).toMatchObject({
    timeout: "",
    retries: { attempts: 2 },
    abort: { httpStatus: 503, percent: 10 },
    delay: null,
  });
  const off = apply(on, [
    ...toggleRetries(1, false),
    ...toggleFault(1, ruleOf(on, 1), "abort", false),
    ...setText(pathOf("spec.http[1].timeout"), "5s"),
  ]);
  expect(off).toBe(TEXT);
});

test("a routing for the mesh alone names no gateway", () => {
  const both = apply(TEXT, setGateways(["mesh", "bookinfo-gateway"]));
  expect(formOf(both).gateways).toEqual(["mesh", "bookinfo-gateway"]);
  expect(apply(both, setGateways(["mesh"]))).not.toContain("gateways");
});

test.each([
  { name: "a shift", edits: setWeight(1, ruleOf(TEXT, 1), 1, 100), text: "reviews: rule 2 v1 90 → 0 %, v3 10 → 100 %" },
  { name: "a timeout", edits: setText(pathOf("spec.http[1].timeout"), "1s"), text: "reviews: rule 2 timeout 1s" },
  { name: "a new rule", edits: addRule(formOf(TEXT).rules, 1), text: "reviews: 2 → 3 rules" },
  { name: "nothing", edits: [], text: "" },
])("tells $name in one line", ({ edits, text }) => {
  expect(summarizeRouting(formOf(TEXT), formOf(editDocument(TEXT, edits)))).toBe(text);
});
