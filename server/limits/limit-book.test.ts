import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { LimitBook } from "#server/limits/limit-book.ts";

const RULE = "shop/limit|all";
const { resources } = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit, namespace: shop }
spec: { rules: [{ name: all, limit: { amount: 5, per: 1s } }] }
`);
const web = {
  ...{ namespace: "shop", name: "web-0", workload: "web", labels: { app: "web" }, serviceAccount: "web" },
  ...{ address: "10.0.0.1", ports: [], health: "healthy" as const, locality: "", weight: 1 },
};
const mesh = {
  ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 1 },
};
const base: Snapshot = { revision: 1, mesh, resources, instances: [web] };

/** Of a list, how often it was looked through. */
function watched<T extends object>(list: readonly T[]): { readonly list: readonly T[]; reads: number } {
  const seen = { reads: 0, list };
  seen.list = new Proxy(list, {
    get: (target, name) => {
      if (name === "filter" || name === Symbol.iterator) seen.reads += 1;
      return Reflect.get(target, name);
    },
  });
  return seen;
}

test("rules are read when resources are others, and not when instances come and go", () => {
  const seen = watched(resources);
  const book = new LimitBook({ ...base, resources: seen.list });
  const { reads } = seen;
  expect(reads).toBeGreaterThan(0);
  for (let at = 0; at < 10; at += 1) book.look({ ...base, resources: seen.list, instances: [] });
  expect([seen.reads, book.rules]).toEqual([reads, [RULE]]);
  book.look({ ...base, resources: [] });
  expect(book.rules).toEqual([]);
});

test("members are counted once a second at most", () => {
  const book = new LimitBook(base);
  expect(book.members(RULE, 0)).toBe(1);
  const seen = watched([web, web]);
  book.look({ ...base, instances: seen.list });
  expect([book.members(RULE, 999), seen.reads]).toEqual([1, 0]);
  expect([book.members(RULE, 1000), book.members(RULE, 1001), seen.reads]).toEqual([2, 2, 1]);
});
