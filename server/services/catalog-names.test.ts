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
