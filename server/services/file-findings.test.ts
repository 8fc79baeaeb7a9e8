import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { FileProblem } from "#core/xds/file-problem.ts";
import { nameCertificate } from "#core/xds/file-secret-name.ts";
import { fileFindings } from "#server/services/file-findings.ts";

const gateway = (name: string) => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: edge }
spec:
  selector: { app: gw }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: SIMPLE, serverCertificate: /a.crt, privateKey: /a.key }
`;
const INSTANCE: WorkloadInstance = {
  ...{ namespace: "edge", name: "gw-0", workload: "gw", serviceAccount: "gw", labels: { app: "gw" } },
  ...{ address: "10.0.0.1", ports: [], health: "healthy", locality: "", weight: 1 },
};
const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
const snapshotOf = (...names: readonly string[]): Snapshot => ({
  ...{ revision: 1, mesh, instances: [INSTANCE] },
  resources: parseDocuments(names.map(gateway).join("---\n")).resources,
});
const says = (path: string) =>
  new Map<string, readonly FileProblem[]>([
    ["edge/gw-0", [{ secret: nameCertificate("/a.crt", "/a.key"), path, fault: "missing", isLastGoodServed: false }]],
  ]);

test("findings are worked out once for a snapshot and what is said, and anew for any other", () => {
  let [snapshot, said] = [snapshotOf("web"), says("/a.crt")];
  const find = fileFindings(
    () => snapshot,
    () => said,
  );
  const paths = () => find().map(({ resource, message }) => `${resource} ${message.split(" ")[0]}`);
  const first = find();
  expect(paths()).toEqual(["Gateway/edge/web /a.crt"]);
  expect(find()).toBe(first);
  said = says("/a.key");
  expect(paths()).toEqual(["Gateway/edge/web /a.key"]);
  snapshot = snapshotOf("web", "also");
  expect(paths()).toEqual(["Gateway/edge/web /a.key", "Gateway/edge/also /a.key"]);
  said = new Map();
  expect(find()).toEqual([]);
});
