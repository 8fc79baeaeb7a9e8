import { expect, test, vi } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { explainLocalities } from "#core/resolve/explain-localities.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";

vi.mock("#core/resolve/endpoints.ts", { spy: true });

const ENTRY = resource(
  "ServiceEntry",
  `{ hosts: [b.test], resolution: STATIC, ports: [{ number: 80, name: http, protocol: HTTP }], endpoints: [
    { address: 10.0.0.1, locality: eu/a }, { address: 10.0.0.2, locality: eu/b }, { address: 10.0.0.3, locality: us/a, weight: 3 }] }`,
);

function caller(name: string, locality: string, namespace = "default"): WorkloadInstance {
  return {
    ...{ namespace, name, workload: name, labels: {}, serviceAccount: "a", address: "10.0.1.1" },
    ...{ ports: [], health: "healthy" as const, locality, weight: 1 },
  };
}

function explain(policy: string) {
  const { resources } = parseDocuments(
    [ENTRY, resource("DestinationRule", `{ host: b.test, trafficPolicy: ${policy} }`)].join("\n---\n"),
  );
  const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
  const instances = [
    ...[caller("a", "eu/a"), caller("b", "eu/a"), caller("c", "us/a"), caller("d", "")],
    caller("e", "eu/a", "other"),
  ];
  return explainLocalities({ revision: 1, mesh, resources, instances }, "b.test").map(({ from, to, groups }) => [
    `${from.join(", ")} → ${to.join(", ")}`,
    ...groups.map((each) => `${each.priority} ${each.locality} ${each.endpoints} ${each.share}%: ${each.reason}`),
  ]);
}

test("the nearest first, for each place of callers", () => {
  expect(explain("{ outlierDetection: {} }")).toEqual([
    [
      "eu/a → 80",
      "0 eu/a 1 100%: where the caller is",
      "1 eu/b 1 100%: the caller's region, another zone",
      "2 us/a 1 100%: another region",
    ],
    ["us/a → 80", "0 us/a 1 100%: where the caller is", "1 eu/a 1 50%: another region", "1 eu/b 1 50%: another region"],
    ["anywhere → 80", "0 eu/a 1 20%: another region", "0 eu/b 1 20%: another region", "0 us/a 1 60%: another region"],
  ]);
});

test("shares, and nothing where it makes no difference", () => {
  const distribute =
    "{ loadBalancer: { localityLbSetting: { distribute: [{ from: eu/*, to: { eu/*: 80, us/*: 20 } }] } } }";
  expect(explain(distribute)[0]).toEqual([
    "eu/a → 80",
    "0 eu/a 1 40%: distribute from eu/*: 80 % to eu/*",
    "0 eu/b 1 40%: distribute from eu/*: 80 % to eu/*",
    "0 us/a 1 20%: distribute from eu/*: 20 % to us/*",
  ]);
  expect(explain("{ loadBalancer: { simple: RANDOM } }")).toEqual([]);
  expect(explain("{ outlierDetection: {}, loadBalancer: { localityLbSetting: { enabled: false } } }")).toEqual([]);
});

test.each([
  ["{ loadBalancer: { simple: RANDOM } }", 0],
  ["{ outlierDetection: {} }", 1],
])("with %s who answers is found %i times, however many namespaces there are", (policy, times) => {
  vi.mocked(resolveEndpoints).mockClear();
  explain(policy);
  expect(resolveEndpoints).toHaveBeenCalledTimes(times);
});
