import { expect, test } from "vitest";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Layer } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { api } from "#server/envoy/testing/random-draw.ts";
import { advance, dump, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";

const POISON = "x-poison";

/** Encoding throws for whatever bears the poison, as it does for a number that its field cannot hold. */
function poisonable(bytes: Uint8Array): string {
  if (Buffer.from(bytes).includes(POISON)) throw new Error("invalid uint32: 7200000000");
  return hash(bytes);
}

function poisoned(resource: AnyResource): AnyResource {
  if (resource.kind === "VirtualService")
    return { ...resource, spec: { ...resource.spec, http: [withHeader, ...(resource.spec.http ?? [])] } };
  if (resource.kind === "DestinationRule")
    return {
      ...resource,
      spec: {
        ...resource.spec,
        trafficPolicy: { tls: { mode: "SIMPLE" as const, sni: POISON } },
      },
    };
  return resource;
}
const withHeader = { match: [{ uri: { prefix: `/${POISON}` } }], directResponse: { status: 200 } };

const change = (revision: number, upserts: readonly AnyResource[]): SnapshotChange => ({
  revision,
  upserts,
  deletes: [],
  instanceUpserts: [],
  instanceDeletes: [],
});

const service = (name: string, namespace = "default"): AnyResource =>
  api("ServiceEntry", "networking", name, namespace, {
    hosts: [`${name}.${namespace}.svc.cluster.local`],
    resolution: "DNS",
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  });
const rule = (name: string, connections: number): AnyResource =>
  api("DestinationRule", "networking", name, "default", {
    host: name,
    trafficPolicy: { connectionPool: { tcp: { maxConnections: connections } } },
  });

function open(resources: readonly AnyResource[]) {
  const compiler = createCompiler({ revision: 0, mesh: MESH, resources, instances: [] }, { hash: poisonable });
  return { compiler, views: NODES.map((node) => compiler.open(node)) };
}

const dumps = (views: readonly { readonly layers: readonly Layer[] }[]) => views.map(({ layers }) => dump(layers));

test("a host that cannot be built keeps what it had, every other one goes on, and the rule is named", () => {
  const { compiler, views } = open([service("s0"), service("s1"), rule("s0", 1), rule("s1", 1)]);
  const before = dumps(views);
  const { diagnostics } = compiler.apply(change(1, [poisoned(rule("s0", 2)), rule("s1", 2)]));
  const after = dumps(views);
  const CLUSTER = "CDS outbound|80||";
  expect(after[1]?.[`${CLUSTER}s0.default.svc.cluster.local`]).toBe(
    before[1]?.[`${CLUSTER}s0.default.svc.cluster.local`],
  );
  expect(after[1]?.[`${CLUSTER}s1.default.svc.cluster.local`]).not.toBe(
    before[1]?.[`${CLUSTER}s1.default.svc.cluster.local`],
  );
  expect(diagnostics).toEqual([
    expect.objectContaining({
      severity: "error",
      code: "not-translated",
      resource: "DestinationRule/default/s0",
      message: expect.stringContaining("invalid uint32"),
    }),
  ]);
  const mended = compiler.apply(change(2, [rule("s0", 2)]));
  expect(mended.diagnostics).toEqual([]);
  expect(dumps(views)).toEqual(dumps(open([service("s0"), service("s1"), rule("s0", 2), rule("s1", 2)]).views));
});

test("of several causes each is named; a new host that cannot be built is absent", () => {
  const { compiler, views } = open([service("s0")]);
  const route = api("VirtualService", "networking", "r", "default", {
    hosts: ["s0"],
    http: [{ route: [{ destination: { host: "s0" } }] }],
  });
  const { diagnostics } = compiler.apply(
    change(1, [poisoned(route), poisoned(rule("s0", 1)), service("new"), poisoned(rule("new", 1))]),
  );
  expect(diagnostics.map(({ resource }) => resource).sort()).toEqual([
    "DestinationRule/default/new",
    "DestinationRule/default/s0",
    "VirtualService/default/r",
  ]);
  expect(Object.keys(dumps(views)[1] ?? {}).filter((key) => key.includes("new.default"))).toEqual([]);
});

test("a preview of what cannot be built says so and leaves nothing behind", () => {
  const { compiler, views } = open([service("s0"), rule("s0", 1)]);
  const before = dumps(views);
  expect(compiler.preview(change(1, [poisoned(rule("s0", 9))])).diagnostics).toHaveLength(1);
  expect(compiler.diagnostics()).toEqual([]);
  expect(dumps(views)).toEqual(before);
});

/** Tables that all hosts of a scope share, and what stands in for hosts that are not there. */
const isShared = (key: string): boolean => /^RDS \d+$|^RDS http_proxy$|placeholder/.test(key);

test.each(Array.from({ length: 6 }, (_, seed) => seed + 1))(
  "whatever threw meanwhile, a mended world is byte for byte a fresh one (seed %i)",
  (seed) => {
    const random = makeRandom(seed);
    let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
    const healthy = new Map<string, AnyResource>();
    const compiler = createCompiler(snapshot, { hash: poisonable });
    let views = NODES.map((each) => compiler.open(each));
    const apply = (next: SnapshotChange): void => {
      const { reopen } = compiler.apply(next);
      snapshot = advance(snapshot, next);
      for (const each of reopen) compiler.close(each);
      views = views.map((view, at) => {
        const each = NODES[at];
        return each !== undefined && reopen.has(each) ? compiler.open(each) : view;
      });
    };
    for (let revision = 1; revision <= 30; revision++) {
      const edit = randomChange(random, revision);
      for (const resource of edit.upserts) healthy.set(formatRef(refOf(resource)), resource);
      for (const ref of edit.deletes) healthy.delete(formatRef(ref));
      apply(random(3) === 0 ? { ...edit, upserts: edit.upserts.map(poisoned) } : edit);
      const fresh = createCompiler(snapshot, { hash: poisonable });
      const expected = dumps(NODES.map((each) => fresh.open(each)));
      // What can be built is as from scratch, whatever else cannot.
      dumps(views).forEach((now, index) => {
        for (const [key, version] of Object.entries(expected[index] ?? {}))
          if (!isShared(key)) expect(now[key], `${key} at revision ${revision}`).toBe(version);
      });
      if (random(6) > 0) continue;
      apply({ ...change(revision, [...healthy.values()]) });
      expect(compiler.diagnostics().filter(({ code }) => code === "not-translated")).toEqual([]);
      const scratch = createCompiler(snapshot, { hash });
      expect(dumps(views)).toEqual(dumps(NODES.map((each) => scratch.open(each))));
    }
  },
);
