import { expect, test } from "vitest";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { refOf } from "#core/resource/resource.ts";
import { resource } from "#core/resource/testing/problems.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { MeshState } from "#server/services/mesh-state.ts";

const NOTHING: SnapshotChange = { revision: 1, upserts: [], deletes: [], instanceUpserts: [], instanceDeletes: [] };
const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const entry = (name: string) =>
  parseDocuments(
    resource("ServiceEntry", `{ hosts: [${name}.example.test], resolution: DNS, ports: [] }`, `{ name: ${name} }`),
  ).resources;

test("what is known of the resources is known on where only instances change", () => {
  const state = new MeshState({ revision: 1, mesh, resources: entry("a"), instances: [] });
  const before = state.snapshot();
  const services = declareServices(before.resources);
  state.apply({ ...NOTHING, instanceDeletes: ["default/gone"] });
  const after = state.snapshot();
  expect(after).not.toBe(before);
  expect(declareServices(after.resources)).toBe(services);
});

test("a resource that comes or goes is seen, and what was asked before stays as it was", () => {
  const state = new MeshState({ revision: 1, mesh, resources: entry("a"), instances: [] });
  const hosts = () => declareServices(state.snapshot().resources).flatMap((each) => each.hosts);
  const before = state.snapshot().resources;
  expect(hosts()).toEqual(["a.example.test"]);
  state.apply({ ...NOTHING, upserts: entry("b") });
  expect(hosts()).toEqual(["a.example.test", "b.example.test"]);
  state.apply({ ...NOTHING, deletes: before.map(refOf) });
  expect(hosts()).toEqual(["b.example.test"]);
  expect(before).toHaveLength(1);
});
