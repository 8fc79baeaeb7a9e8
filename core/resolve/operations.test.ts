import { expect, test } from "vitest";
import { readObjective } from "#core/resolve/objectives.ts";
import { resolveOperations, untoldOperations } from "#core/resolve/operations.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { OPERATIONS_MAX } from "#core/schema/cel/operation-tag.ts";

function objectiveOf(namespace: string, path: string) {
  const { resources } = parseDocuments(`
apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: ${path}, namespace: ${namespace} }
spec: { service: reviews.shop.svc.cluster.local, requests: { paths: [/${path}] }, availability: {}, target: 99, window: { rolling: 24h } }
`);
  return resources.flatMap((each) =>
    each.kind === "Objective" ? [readObjective(each, { domainSuffix: "cluster.local" })] : [],
  );
}

test("what other namespaces ask of a workload, however long before, takes nothing from its own", () => {
  const others = Array.from({ length: OPERATIONS_MAX }, (_, index) => objectiveOf("other", `o${index}`)).flat();
  const own = objectiveOf("shop", "own");
  const told = { namespace: "shop", workload: "reviews", hosts: ["reviews.shop.svc.cluster.local"] };
  const all = [...others, ...own];
  expect(all).toHaveLength(OPERATIONS_MAX + 1);
  const { server } = resolveOperations(all, told);
  expect(server).toHaveLength(OPERATIONS_MAX);
  expect(server[0]).toEqual(own[0]?.operation);
  expect(untoldOperations(all, told)).toEqual([others.at(-1)]);
});
