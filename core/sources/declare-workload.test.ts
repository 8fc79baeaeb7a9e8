import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { declareWorkload } from "#core/sources/declare-workload.ts";

const read = (text: string) => parseDocuments(text).resources.flatMap((resource) => declareWorkload(resource) ?? []);

test("a written workload has the labels of its object, and these win over those of its spec, as in Istio", () => {
  const [workload] = read(`
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: a, namespace: default, labels: { app: ratings, version: v2 } }
spec: { address: 10.0.0.1, labels: { version: v1, tier: back } }
`);
  expect(workload).toMatchObject({
    standing: "written",
    labels: { app: "ratings", version: "v2", tier: "back" },
    source: { ref: "WorkloadEntry/default/a", path: [] },
  });
});

test("of a group the labels that its instances are given win over those of its template", () => {
  const [workload] = read(`
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ratings-v1, namespace: default }
spec: { metadata: { labels: { version: v2 } }, template: { labels: { app: ratings, version: v1 }, serviceAccount: ratings } }
`);
  expect(workload).toMatchObject({
    standing: "expected",
    labels: { app: "ratings", version: "v2" },
    serviceAccount: "ratings",
  });
});

test.each(["WorkloadEntry", "WorkloadGroup"])("of a %s its network is a label, but where it has that one", (kind) => {
  const networkOf = (labels: object): string | undefined => {
    const spec = { address: kind === "WorkloadEntry" ? "10.0.0.1" : undefined, network: "n1", labels };
    const document = { kind, apiVersion: "networking.istio.io/v1", metadata: { name: "a", namespace: "default" } };
    const [workload] = read(
      JSON.stringify({ ...document, spec: kind === "WorkloadEntry" ? spec : { template: spec } }),
    );
    return workload?.labels["topology.istio.io/network"];
  };
  expect(networkOf({ app: "a" })).toBe("n1");
  expect(networkOf({ "topology.istio.io/network": "n2" })).toBe("n2");
});
