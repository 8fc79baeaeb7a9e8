import { expect, test } from "vitest";
import { parse } from "yaml";
import type { CatalogService } from "#core/form/find-service.ts";
import { newRouting } from "#core/form/new-routing.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import { beginTask, parseRoutingTask, type RoutingTask, whyNoVersion } from "#core/form/routing-tasks.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const service = (versions: readonly string[]): CatalogService => ({
  ...{ host: "shop.default.svc.cluster.local", namespace: "default", name: "shop", ports: [], subsets: [], labels: {} },
  versions,
});
const SHOP = service(["v1", "v2", "v3"]);
const WRITTEN = `# ours
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop]
  http:
    - { match: [{ uri: { prefix: /admin } }], route: [{ destination: { host: admin } }] }
    - { timeout: 9s, route: [{ destination: { host: shop } }] }
`;

function begin(task: RoutingTask, text = WRITTEN, of = SHOP): Record<string, unknown>[] {
  const begun = beginTask(task, text, of);
  const { resources, diagnostics } = parseDocuments(begun);
  expect(diagnostics).toEqual([]);
  return resources.flatMap(({ spec }) => ("http" in spec ? (spec.http as Record<string, unknown>[]) : []));
}

const newest = { host: "shop", subset: "v3" };

test("a canary gets a tenth of what no other rule takes", () => {
  const [admin, rest] = begin("canary");
  expect(admin).toMatchObject({ route: [{ destination: { host: "admin" } }] });
  expect(rest).toMatchObject({
    route: [
      { destination: { host: "shop", subset: "v1" }, weight: 90 },
      { destination: newest, weight: 10 },
    ],
  });
});

test("where versions share already, the shares change alone", () => {
  const [rule] = begin("canary", newRouting(SHOP, "default", []));
  expect(rule).toMatchObject({ route: [{ weight: 90 }, { destination: { subset: "v2" } }, { weight: 10 }] });
});

test.each(["canary", "header", "mirror"] as const)(
  "%s: a service of one version has nobody to try, and it is said",
  (task) => {
    const form = readRoutingForm(parse(WRITTEN));
    for (const [versions, has] of [
      [["v1"], "shop has one version, v1, and nothing is changed: start instances of another one"],
      [[], "shop has no version that is told apart and nothing is changed"],
    ] as const) {
      expect(beginTask(task, WRITTEN, service(versions))).toBe(WRITTEN);
      expect(whyNoVersion(task, form, service(versions))).toContain(has);
    }
    expect(whyNoVersion(task, form, SHOP)).toBeUndefined();
  },
);

test("shares between hosts need no versions, and a delay none either", () => {
  const shared = WRITTEN.replace("{ host: shop } }", "{ host: shop } }, { destination: { host: cart } }");
  expect(whyNoVersion("canary", readRoutingForm(parse(shared)), service(["v1"]))).toBeUndefined();
  expect(begin("canary", shared, service(["v1"]))[1]).toMatchObject({ route: [{ weight: 90 }, { weight: 10 }] });
  expect(whyNoVersion("fault", readRoutingForm(parse(WRITTEN)), service(["v1"]))).toBeUndefined();
});

test("a header leads to the newest before all other rules", () => {
  expect(begin("header")[0]).toMatchObject({
    match: [{ headers: { "x-canary": { exact: "true" } } }],
    route: [{ destination: newest }],
  });
});

test("copies go to the newest, of what no other rule takes", () => {
  expect(begin("mirror")[1]).toMatchObject({ mirror: newest, mirrorPercentage: { value: 100 } });
});

test("a fault is for requests with a header alone, which go where all others do", () => {
  expect(begin("fault")).toMatchObject([
    { fault: { delay: { fixedDelay: "2s" } }, route: [{ destination: { host: "shop" } }] },
    {},
    {},
  ]);
});

test("timeouts and retries that are there stay, and so do comments", () => {
  expect(begin("resilience")[1]).toMatchObject({ timeout: "9s", retries: { attempts: 2 } });
  expect(beginTask("resilience", WRITTEN, SHOP)).toContain("# ours");
});

test("what cannot be read, or is of no service, is left as it is", () => {
  expect(beginTask("mirror", "a: [", SHOP)).toBe("a: [");
  expect(beginTask("mirror", WRITTEN, undefined)).toBe(WRITTEN);
});

test("only tasks are tasks", () => {
  expect([parseRoutingTask("fault"), parseRoutingTask("toString"), parseRoutingTask(null)]).toEqual([
    "fault",
    undefined,
    undefined,
  ]);
});
