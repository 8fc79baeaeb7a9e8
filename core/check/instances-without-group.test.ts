import { expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const instances = (count: number): WorkloadInstance[] =>
  Array.from({ length: count }, (_, index) => ({
    namespace: "shop",
    name: `cart-${index}`,
    workload: "cart",
    labels: {},
    serviceAccount: "cart",
    address: "127.0.0.1",
    ports: [],
    health: "healthy",
    locality: "",
    weight: 1,
  }));

const group = (account: string, namespace = "shop") =>
  `apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: cart, namespace: ${namespace} }\nspec: { template: {${account} } }`;
const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
const find = (count: number, ...documents: string[]) => {
  const { resources } = parseDocuments(documents.join("\n---\n"));
  return checkConfig({ revision: 1, mesh, resources, instances: instances(count) }).map(
    ({ resource, message }) => `${resource}: ${message}`,
  );
};

test.each([
  ["a group of its account keeps an instance", find(1, group(" serviceAccount: cart")), []],
  ["a group that names no account keeps it", find(1, group("")), []],
  [
    "one without a group leaves",
    find(1),
    ["WorkloadGroup/shop/cart: a registered instance loses this WorkloadGroup and leaves the mesh: cart-0"],
  ],
  [
    "a group of another namespace is another",
    find(1, group("", "other")),
    ["WorkloadGroup/shop/cart: a registered instance loses this WorkloadGroup and leaves the mesh: cart-0"],
  ],
  [
    "a group of another account lets go of it",
    find(2, group(" serviceAccount: basket")),
    [
      "WorkloadGroup/shop/cart: 2 registered instances leave the mesh, being of another account than the WorkloadGroup's: cart-0, cart-1",
    ],
  ],
  [
    "of many some are named",
    find(7),
    [
      "WorkloadGroup/shop/cart: 7 registered instances lose this WorkloadGroup and leave the mesh: cart-0, cart-1, cart-2, cart-3, cart-4 and 2 more",
    ],
  ],
])("%s", (_, found, expected) => expect(found).toEqual(expected));
