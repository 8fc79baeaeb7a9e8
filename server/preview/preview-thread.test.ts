import { afterEach, expect, test, vi } from "vitest";
import { row } from "#core/graph/testing/traffic-cases.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { api } from "#server/envoy/testing/random-draw.ts";
import { advance, MESH, NODES } from "#server/envoy/testing/random-world.ts";
import { PreviewThread, type PreviewThreadOptions } from "#server/preview/preview-thread.ts";
import type { SimulatedQuestion } from "#server/preview/simulator.ts";

const service = (name: string): AnyResource =>
  api("ServiceEntry", "networking", name, "default", {
    hosts: [`${name}.default.svc.cluster.local`],
    resolution: "DNS",
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  });
const rule = (subsets: readonly string[]): AnyResource =>
  api("DestinationRule", "networking", "reviews", "default", {
    host: "reviews",
    subsets: subsets.map((name) => ({ name, labels: { version: name } })),
  });
const ROUTE = api("VirtualService", "networking", "reviews", "default", {
  hosts: ["reviews"],
  http: [{ route: [{ destination: { host: "reviews.default.svc.cluster.local", subset: "v2" } }] }],
});
const change = (revision: number, upserts: readonly AnyResource[]): SnapshotChange => ({
  revision,
  upserts,
  deletes: [],
  instanceUpserts: [],
  instanceDeletes: [],
});
const ADA = { user: "ada" };
/** Enough to be at work for seconds. */
const MANY = Array.from({ length: 4000 }, (_, index) => service(`s${index}`));

let snapshot: Snapshot;
let thread: PreviewThread | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await thread?.close();
});

function open(options: Partial<PreviewThreadOptions> = {}): PreviewThread {
  snapshot = { revision: 0, mesh: MESH, resources: [service("reviews"), rule(["v1", "v2"]), ROUTE], instances: [] };
  thread = new PreviewThread({ snapshot: () => snapshot, nodes: async () => NODES, ...options });
  return thread;
}

test("a change is tried on a copy that follows the configuration; who loses by it is told", async () => {
  const previews = open();
  const tried = await previews.rehearse(change(1, [rule(["v1"])]), ADA);
  expect(tried.findings).toContainEqual(
    expect.objectContaining({ code: "subset-not-found", resource: "VirtualService/default/reviews" }),
  );
  expect(tried.xds).toContainEqual(
    expect.objectContaining({
      op: "removed",
      type: "CDS",
      name: "outbound|80|v2|reviews.default.svc.cluster.local",
    }),
  );
  expect(tried.changed).toContainEqual(
    expect.objectContaining({ type: "CDS", name: "outbound|80|v2|reviews.default.svc.cluster.local" }),
  );
  expect(await previews.rehearse(change(1, [rule(["v1"])]), ADA), "it left nothing behind").toEqual(tried);

  const applied = change(1, [rule(["v1"])]);
  snapshot = advance(snapshot, applied);
  previews.follow(applied);
  expect(await previews.rehearse(change(2, [rule(["v1"])]), ADA)).toMatchObject({ changed: [], resolved: [] });
  const back = await previews.rehearse(change(2, [rule(["v1", "v2"])]), ADA);
  expect(back.resolved).toContainEqual(expect.objectContaining({ code: "subset-not-found" }));
});

test("who goes away ends the work, and the next one is answered", async () => {
  const previews = open();
  const gone = new AbortController();
  const job = previews.rehearse(change(1, MANY), { ...ADA, signal: gone.signal });
  await expect.poll(() => previews.isRunning).toBe(true);
  gone.abort();
  await expect(job).rejects.toMatchObject({ code: "unavailable" });
  expect((await previews.findings(change(1, [rule(["v1"])]), ADA)).findings).not.toEqual([]);
});

test("a preview at work keeps no apply waiting", { timeout: 60_000 }, async () => {
  const previews = open();
  const gone = new AbortController();
  const preview = previews.rehearse(change(1, MANY), { ...ADA, signal: gone.signal });
  const ended = vi.fn();
  const settled = preview.then(ended, ended);
  const applies = new PreviewThread({ snapshot: () => snapshot, nodes: async () => NODES, name: "apply" });
  try {
    const text = JSON.stringify(service("other"));
    expect((await applies.read([{ op: "upsert", text }], ADA, "preview")).writes).toHaveLength(1);
    expect(ended, "the preview goes on").not.toHaveBeenCalled();
  } finally {
    gone.abort();
    await Promise.all([settled, applies.close()]);
  }
});

test("the traffic that a change bears on is found in the thread, as it was when its turn came", {
  timeout: 60_000,
}, async () => {
  const previews = open();
  const measured = {
    rows: [row({ from: "shop", to: "reviews", count: 20 })],
    samples: [],
    seconds: 10,
  };
  const { revision, traffic, throughput } = await previews.rehearse(
    change(1, [rule(["v1"])]),
    ADA,
    async () => measured,
  );
  expect({ revision, traffic }).toMatchObject({ revision: 0, traffic: { requestsPerSecond: 2 } });
  expect(throughput.get("default/shop")).toBe(2);
});

test("what takes too long is ended and said", async () => {
  const previews = open({ deadlineMs: 50 });
  await expect(previews.rehearse(change(1, MANY), ADA)).rejects.toMatchObject({ code: "timeout" });
  expect(previews.isRunning).toBe(false);
});

test("what needs too much memory ends the thread alone", async () => {
  const previews = open({ heapMb: 12 });
  await expect(previews.rehearse(change(1, MANY), ADA)).rejects.toMatchObject({ code: "too-large" });
});

test("the thread is there while it is needed, and no longer", async () => {
  const previews = open({ idleMs: 10 });
  expect(previews.isRunning).toBe(false);
  const text = JSON.stringify(service("other"));
  expect((await previews.read([{ op: "upsert", text }], ADA, "preview")).writes).toMatchObject([
    { ref: "ServiceEntry/default/other" },
  ]);
  await expect.poll(() => previews.isRunning).toBe(false);
});

test("a rehearsal keeps it for the next one, also past other jobs", async () => {
  // The thread's own clock goes on.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const previews = open({ idleMs: 0, warmMs: 60_000 });
  await previews.rehearse(change(1, [rule(["v1"])]), ADA);
  await previews.findings(change(1, [rule(["v1"])]), ADA);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(previews.isRunning).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(previews.isRunning).toBe(false);
});

test("lines of paths are found in the thread; a simulation that takes too long ends it and says how to ask for less", async () => {
  const previews = open({ simulationMs: 0 });
  const text = "spec:\n  http:\n    - name: a\n    - name: b\n";
  const paths = [
    ["spec", "http", 1, "name"],
    ["spec", "http", 0],
  ];
  snapshot = { ...snapshot, resources: [...snapshot.resources, ...MANY] };
  const question = { from: NODES[0]?.id ?? "", url: "http://reviews/", method: "GET", headers: {} };
  await expect(previews.simulate(question as unknown as SimulatedQuestion, null, ADA)).rejects.toMatchObject({
    code: "timeout",
    hint: expect.stringContaining("shorter path"),
  });
  expect(previews.isRunning).toBe(false);
  await thread?.close();
  expect(await open().locate([{ text, paths }], ADA)).toEqual([[4, 3]]);
});

test("lines are not late because the thread had to be started for them", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const lines = open({ simulationMs: 5000 }).locate([{ text: "a: 1\n", paths: [["a"]] }], ADA);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await lines).toEqual([[1]]);
});
