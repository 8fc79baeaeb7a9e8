import { expect, test } from "vitest";
import { destinationOptions } from "#components/traffic/destination-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";

const service = (name: string, namespace: string, versions: readonly string[]) => ({
  host: `${name}.${namespace}.svc.cluster.local`,
  namespace,
  name,
  ports: [],
  subsets: [],
  versions,
  labels: { app: name },
});

const CATALOG: Catalog = {
  namespaces: ["default"],
  services: [
    service("ratings", "default", ["v1"]),
    service("reviews", "default", ["v1", "v2"]),
    service("pay", "shop", []),
  ],
  workloads: [],
  principals: [],
  gateways: [],
};

test("offers the other versions first, then other services, each as the document would name it", () => {
  const form = readRoutingForm({
    metadata: { namespace: "default" },
    spec: {
      hosts: ["reviews"],
      http: [{ route: [{ destination: { host: "reviews.default.svc.cluster.local", subset: "v1" } }] }],
    },
  });
  const [rule] = form.rules;
  if (rule === undefined) throw new Error("no rule");
  expect(destinationOptions(CATALOG, form, rule).map(({ label }) => label)).toEqual([
    "reviews v2",
    "reviews",
    "ratings",
    "pay.shop.svc.cluster.local",
  ]);
});
