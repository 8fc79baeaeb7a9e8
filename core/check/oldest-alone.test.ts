import { expect, test } from "vitest";
import { createCheckContext } from "#core/check/context.ts";
import { oldestAlone } from "#core/check/oldest-alone.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

const RULE = oldestAlone({ code: "several-telemetries", summary: "" });
const CONTEXT = createCheckContext({
  revision: 1,
  mesh: { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 },
  resources: [],
  instances: ["v1", "v2"].map((version) => ({
    namespace: "shop",
    name: version,
    workload: "cart",
    labels: { app: "cart", version },
    serviceAccount: "cart",
    address: "127.0.0.1",
    ports: [],
    health: "healthy",
    locality: "",
    weight: 1,
  })),
});

function telemetry(name: string, matchLabels: Labels): Resource<"Telemetry"> {
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: { name, namespace: "shop" },
    spec: { selector: { matchLabels } },
  };
}

const FEWER = ["a", "b"].map((name, index) => telemetry(name, { version: `v${index + 1}` }));

test.each([
  [
    "all that overrule it for some of its workloads are named",
    [...FEWER, telemetry("c", { app: "cart" })],
    "Telemetry/shop/a and Telemetry/shop/b are older and select some of the same workloads: this one does not apply to them",
  ],
  [
    "of two for a namespace the older one alone applies",
    [telemetry("all", {}), telemetry("more", {})],
    "Telemetry/shop/all is older and for the same workloads: it alone applies to them",
  ],
])("%s", (_, telemetries, message) => {
  expect(RULE.check(telemetries, CONTEXT).map((found) => found.message)).toEqual([message]);
});
