import { expect, test } from "vitest";
import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import { Publisher } from "#server/services/publisher.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};
const change = (revision: number, ...refs: string[]): SnapshotChange => ({
  revision,
  upserts: [],
  deletes: refs.map(parseRef),
  instanceUpserts: [],
  instanceDeletes: [],
});
const broken = (resource: string): Diagnostic => ({
  severity: "error",
  code: "not-translated",
  resource,
  message: "cannot be translated",
});

function makePublisher(apply: (change: SnapshotChange) => Promise<{ readonly diagnostics: readonly Diagnostic[] }>) {
  const errors: PharosError[] = [];
  const state = new MeshState({ revision: 0, mesh: MESH, resources: [], instances: [] });
  return {
    errors,
    publisher: new Publisher(
      state,
      () => ({ apply }),
      (error) => errors.push(error),
    ),
  };
}

test("a revision answers for what it broke, not for what was broken before it", async () => {
  const A = "DestinationRule/default/a";
  const B = "DestinationRule/default/b";
  const results = [[broken(A)], [broken(A), broken(B)], [broken(A)]];
  const { publisher } = makePublisher(async () => ({ diagnostics: results.shift() ?? [] }));
  for (const each of [change(1, A), change(2, B), change(3, B)]) publisher.publish(each);
  expect(await publisher.published(1)).toEqual([broken(A)]);
  expect(await publisher.published(2)).toEqual([broken(B)]);
  expect(await publisher.published(3)).toEqual([]);
  expect(publisher.failures).toEqual([broken(A)]);
});

test("a compiler that throws is told to who wrote the revision, and the next one goes on", async () => {
  const { publisher, errors } = makePublisher(async ({ revision }) => {
    if (revision === 1) throw new RangeError("invalid uint32: 7200000000");
    return { diagnostics: [] };
  });
  publisher.publish(change(1, "VirtualService/default/a"));
  publisher.publish(change(2, "VirtualService/default/b"));
  expect(await publisher.published(1)).toEqual([
    expect.objectContaining({ severity: "error", message: expect.stringContaining("invalid uint32") }),
  ]);
  expect(await publisher.published(2)).toEqual([]);
  expect(errors).toHaveLength(1);
});

test("what the thread that is started again will have is no failure", async () => {
  const { publisher } = makePublisher(() => Promise.reject(new PharosError("unavailable", "started again")));
  publisher.publish(change(1, "VirtualService/default/a"));
  expect(await publisher.published(1)).toEqual([]);
});
