import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";
import { buildCatalog } from "#server/services/catalog-names.ts";

const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const rule = (namespace: string, host: string, subset: string) =>
  resource(
    "DestinationRule",
    `{ host: "${host}", subsets: [{ name: ${subset}, labels: { version: v1 } }] }`,
    `{ name: ${subset}, namespace: ${namespace} }`,
  );
const ENTRY = resource(
  "ServiceEntry",
  "{ hosts: [reviews.default.svc.cluster.local], resolution: DNS, ports: [{ number: 80, name: http }] }",
);

test.each([
  [
    "of its namespace",
    [rule("default", "reviews", "own"), rule("other", "reviews.default.svc.cluster.local", "theirs")],
  ],
  ["of a pattern over it", [rule("default", "*.default.svc.cluster.local", "own")]],
])("forms offer the subsets that routes to a service have: those of the rule %s", (_name, rules) => {
  const { resources } = parseDocuments([ENTRY, ...rules].join("\n---\n"));
  const { services } = buildCatalog({ revision: 1, mesh, resources, instances: [] });
  expect(services.map(({ subsets }) => subsets)).toEqual([["own"]]);
});

test("a group without an instance is a workload that rules can be written for, with the account that it names", () => {
  const group = (name: string, template: string) =>
    resource(
      "WorkloadGroup",
      `{ metadata: { labels: { version: v3 } }, template: ${template} }`,
      `{ name: ${name}, namespace: default }`,
    );
  const { resources } = parseDocuments(
    [group("reviews-v3", "{ serviceAccount: reviews }"), group("open", "{}")].join("\n---\n"),
  );
  const { workloads, principals } = buildCatalog({ revision: 1, mesh, resources, instances: [] });
  const principal = "cluster.local/ns/default/sa/reviews";
  expect(workloads).toEqual([{ namespace: "default", name: "reviews-v3", labels: { version: "v3" }, principal }]);
  expect(principals).toEqual([principal]);
});
