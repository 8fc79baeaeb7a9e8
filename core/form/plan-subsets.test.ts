import { expect, test } from "vitest";
import type { Catalog } from "#core/form/catalog.ts";
import { newRouting } from "#core/form/new-routing.ts";
import { openDocument } from "#core/form/open-document.ts";
import { type ExistingRule, planSubsets } from "#core/form/plan-subsets.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const REVIEWS = {
  host: "reviews.default.svc.cluster.local",
  namespace: "default",
  name: "reviews",
  ports: [{ name: "http", number: 9080, protocol: "HTTP" }],
  subsets: [] as string[],
  versions: ["v1", "v2", "v3"],
  labels: { app: "reviews" },
};

function catalogWith(subsets: readonly string[]): Catalog {
  return { namespaces: ["default"], services: [{ ...REVIEWS, subsets }], workloads: [], principals: [], gateways: [] };
}

const ROUTING = newRouting({ ...REVIEWS }, "default", []);

function formOf(text: string) {
  const document = openDocument(text);
  return readRoutingForm(document.kind === "open" ? document.value : null);
}

const RULE: ExistingRule = {
  ref: "DestinationRule/default/reviews",
  text: "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: reviews, namespace: default }\nspec:\n  host: reviews\n  subsets:\n    # stable\n    - { name: v1, labels: { version: v1 } }\n",
  resourceVersion: 7,
  namespace: "default",
  name: "reviews",
  host: "reviews",
  subsetCount: 1,
};

test("a new routing shares evenly among the versions and is a resource without errors", () => {
  const parsed = parseDocuments(ROUTING);
  expect(parsed.diagnostics).toEqual([]);
  expect(formOf(ROUTING).rules[0]?.destinations.map(({ subset, weight }) => `${subset} ${weight}`)).toEqual([
    "v1 34",
    "v2 33",
    "v3 33",
  ]);
});

test("versions without a subset bring a new DestinationRule, which must not exist yet", () => {
  const [plan, ...rest] = planSubsets(formOf(ROUTING), catalogWith([]), []);
  expect(rest).toEqual([]);
  expect(plan).toMatchObject({
    ref: "DestinationRule/default/reviews",
    isNew: true,
    subsets: ["v1", "v2", "v3"],
    change: { op: "upsert", expectedVersion: 0 },
  });
  const parsed = parseDocuments(plan?.change.text ?? "");
  expect(parsed.diagnostics).toEqual([]);
  expect(parsed.resources[0]?.spec).toEqual({
    host: "reviews",
    subsets: ["v1", "v2", "v3"].map((version) => ({ name: version, labels: { version } })),
  });
});

test("a DestinationRule that is there gets only the missing ones, its comments kept, and only if nobody changed it", () => {
  const [plan] = planSubsets(formOf(ROUTING), catalogWith(["v1"]), [RULE]);
  expect(plan).toMatchObject({ isNew: false, subsets: ["v2", "v3"], change: { expectedVersion: 7 } });
  expect(plan?.change.text).toContain("# stable\n    - { name: v1");
  expect(parseDocuments(plan?.change.text ?? "").resources[0]?.spec).toMatchObject({
    subsets: [{ name: "v1" }, { name: "v2" }, { name: "v3" }],
  });
});

test("nothing goes along when every version is a subset, or when no instance has it", () => {
  expect(planSubsets(formOf(ROUTING), catalogWith(["v1", "v2", "v3"]), [RULE])).toEqual([]);
  expect(planSubsets(formOf(ROUTING.replaceAll("v3", "v9")), catalogWith(["v1", "v2"]), [RULE])).toEqual([]);
});

test("takes another name when a rule for another host has the service's", () => {
  const [plan] = planSubsets(formOf(ROUTING), catalogWith([]), [{ ...RULE, host: "ratings" }]);
  expect(plan).toMatchObject({ ref: "DestinationRule/default/reviews-subsets", isNew: true });
});
