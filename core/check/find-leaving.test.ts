import { expect, test } from "vitest";
import { findLeaving } from "#core/check/find-leaving.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };

const instance = (namespace: string): WorkloadInstance => ({
  namespace,
  name: "cart-0",
  workload: "cart",
  labels: {},
  serviceAccount: "cart",
  address: "127.0.0.1",
  ports: [],
  health: "healthy",
  locality: "",
  weight: 1,
});

const group = (namespace: string) =>
  `apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: cart, namespace: ${namespace} }\nspec: { template: {} }`;

/** Groups in these namespaces; instances of the same name in both. */
const withGroupsIn = (...namespaces: readonly string[]) => ({
  revision: 1,
  mesh,
  resources: parseDocuments(namespaces.map(group).join("\n---\n")).resources,
  instances: [instance("shop"), instance("stock")],
});

test.each([
  ["nobody", ["shop", "stock"], ["shop", "stock"], []],
  ["whose group is taken away", ["shop", "stock"], ["shop"], ["WorkloadGroup/stock/cart"]],
  ["not who had none before", ["shop"], ["shop"], []],
  ["who is called as one that had none before, in another namespace", ["stock"], [], ["WorkloadGroup/stock/cart"]],
])("%s leaves", (_, before, after, expected) => {
  const leaving = findLeaving(withGroupsIn(...before), withGroupsIn(...after));
  expect(leaving.map(({ resource }) => resource)).toEqual(expected);
});
