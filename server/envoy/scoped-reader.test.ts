import { expect, test } from "vitest";
import type { AnyResource } from "#core/resource/resource.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { networking } from "#server/envoy/testing/random-draw.ts";
import { clusterName, sidecar } from "#server/envoy/testing/random-law.ts";
import { hash, MESH } from "#server/envoy/testing/random-world.ts";
import { ReadBack } from "#server/envoy/testing/read-back.ts";

const service = (name: string, namespace: string): AnyResource =>
  networking("ServiceEntry", name, namespace, {
    hosts: [`${name}.${namespace}.svc.cluster.local`],
    resolution: "DNS",
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  });
const leadingTo = (host: string): AnyResource =>
  networking("VirtualService", "part", "prod", { http: [{ route: [{ destination: { host } }] }] });

test("callers have the clusters of hosts to which a VirtualService that they know delegates, and follow it", () => {
  const resources = [
    networking("Sidecar", "own", "default", { egress: [{ hosts: ["./front.default.svc.cluster.local"] }] }),
    service("front", "default"),
    ...["back", "new", "else"].map((name) => service(name, "prod")),
    networking("VirtualService", "front", "default", {
      hosts: ["front"],
      http: [{ delegate: { name: "part", namespace: "prod" } }],
    }),
  ];
  const compiler = createCompiler({ revision: 0, mesh: MESH, resources, instances: [] }, { hash });
  const view = compiler.open(sidecar("default", "caller"));
  const outbound = () =>
    [...new ReadBack(view).clusters().keys()].filter((name) => name.startsWith("outbound|")).sort();
  const change = { revision: 1, upserts: [], deletes: [], instanceUpserts: [], instanceDeletes: [] };
  const [front, back, younger] = ["front.default", "back.prod", "new.prod"].map((name) =>
    clusterName(`${name}.svc.cluster.local`, 80),
  );
  expect(outbound()).toEqual([front]);
  compiler.apply({ ...change, upserts: [leadingTo("back")] });
  expect(outbound()).toEqual([back, front]);
  compiler.apply({ ...change, upserts: [leadingTo("new")] });
  expect(outbound()).toEqual([front, younger]);
  compiler.apply({ ...change, deletes: [{ kind: "VirtualService", namespace: "default", name: "front" }] });
  expect(outbound()).toEqual([front]);
});
