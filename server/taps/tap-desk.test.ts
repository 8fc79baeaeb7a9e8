import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { TapNews } from "#core/telemetry/tap.ts";
import {
  ShowRequestsRequestSchema,
  ShowRequestsResponseSchema,
  TapOrdersSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { EncodedOrders } from "#server/mesh/tap-watchers.ts";
import { type TapAsk, TapDesk } from "#server/taps/tap-desk.ts";

const CALLER = instanceOf("web");
const CALLED = instanceOf("reviews");
const ASK: TapAsk = { filter: "", seconds: 600, wantsHeaders: false, user: "ann" };

let desk: TapDesk;
let orders: EncodedOrders;
let instances: WorkloadInstance[];
let stops: AbortController[];
let redacted: readonly string[];

beforeEach(() => {
  orders = {};
  stops = [];
  redacted = ["x-key"];
  instances = [CALLER, CALLED];
  desk = new TapDesk({
    snapshot: () =>
      ({
        revision: 1,
        mesh: {
          trustDomain: "cluster.local",
          domainSuffix: "cluster.local",
          rootNamespace: "istio-system",
          traceSampling: 0,
        },
        resources: [],
        instances,
        credentials: {},
      }) as unknown as Snapshot,
    find: (key) => instances.find(({ namespace, name }) => `${namespace}/${name}` === key),
    revisionAt: () => 7,
    setTaps: async (all) => {
      orders = all;
      return Object.keys(all);
    },
    redacted: () => redacted,
  });
});
afterEach(() => {
  for (const stop of stops) stop.abort();
  desk.close();
});

function instanceOf(name: string): WorkloadInstance {
  return {
    namespace: "default",
    name: `${name}-0`,
    workload: name,
    serviceAccount: name,
    labels: { app: name },
    ports: [],
  } as unknown as WorkloadInstance;
}

/** What one viewer is told, as it comes; `read` takes the next. */
function look(ask: Partial<TapAsk> = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const news = desk.follow({ ...ASK, ...ask }, stop.signal)[Symbol.asyncIterator]();
  const seen: TapNews[] = [];
  const read = async (): Promise<TapNews> => {
    const { value } = await news.next();
    seen.push(value as TapNews);
    return value as TapNews;
  };
  return {
    read,
    seen,
    stop,
    end: () => news.return?.(undefined),
    paths: () => seen.flatMap(({ rows }) => rows.map(({ path }) => path)),
  };
}

const rowOf = (path: string) => ({
  taps: ["t1"],
  request: {
    startMs: BigInt(Date.now()),
    reporter: "source",
    path,
    method: "GET",
    responseCode: 200,
    sourceWorkload: "web",
    sourceWorkloadNamespace: "default",
    sourcePrincipal: "spiffe://cluster.local/ns/default/sa/web",
  },
});

type Message = Exclude<MessageInitShape<typeof ShowRequestsRequestSchema>, { $typeName: string }>;

function show(by: WorkloadInstance, message: Message): boolean {
  const { namespace, name, serviceAccount } = by;
  const bytes = toBinary(
    ShowRequestsRequestSchema,
    create(ShowRequestsRequestSchema, { instance: `${namespace}/${name}`, ...message }),
  );
  const principal = `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`;
  return fromBinary(ShowRequestsResponseSchema, desk.take(bytes, { principal, namespace, serviceAccount })).isWanted;
}

const ordersOf = (instance: string) => fromBinary(TapOrdersSchema, orders[instance] ?? new Uint8Array()).orders;

test("agents are asked for nothing before somebody looks, and for nothing after", async () => {
  expect(show(CALLER, { requests: [rowOf("/")] })).toBe(false);
  const viewer = look();
  expect(await viewer.read()).toMatchObject({ rows: [], proxies: { meant: 2, asked: 2, following: 2 }, isOver: false });
  expect(ordersOf("default/web-0")).toMatchObject([{ id: "t1", filter: "", wantsHeaders: false, redacted: [] }]);
  expect(show(CALLER, { requests: [rowOf("/now")] })).toBe(true);
  await viewer.read();
  expect(viewer.paths()).toEqual(["/now"]);
  await viewer.end();
  await vi.waitFor(() => expect(orders).toEqual({}));
  expect(show(CALLER, { requests: [rowOf("/late")] })).toBe(false);
});

test("two who look are each told what they ask for, and headers only who asked for them", async () => {
  const ann = look({ filter: "path:/a*" });
  const bob = look({ filter: "", wantsHeaders: true, user: "bob" });
  await Promise.all([ann.read(), bob.read()]);
  const headers = {
    request: [
      { name: "x-told", value: "yes" },
      { name: "x-key", value: "s3cret" },
      { name: "Cookie", value: "s3cret" },
    ],
  };
  show(CALLER, {
    requests: [
      { ...rowOf("/a"), taps: ["t1", "t2", "t2"], headers },
      { ...rowOf("/b"), taps: ["t1", "t2"], headers },
    ],
  });
  await Promise.all([ann.read(), bob.read()]);
  expect(ann.paths()).toEqual(["/a"]);
  expect(bob.paths()).toEqual(["/a", "/b"]);
  expect(JSON.stringify(ann.seen)).not.toContain("x-told");
  expect(bob.seen.at(-1)?.rows[0]?.headers?.request).toEqual([
    { name: "x-told", value: "yes", isRedacted: false },
    { name: "x-key", value: "", isRedacted: true },
    { name: "Cookie", value: "", isRedacted: true },
  ]);
});

test("a header that is added to the list while somebody looks is shown no more, whatever its agent still sends", async () => {
  const viewer = look({ wantsHeaders: true });
  await viewer.read();
  const headers = { request: [{ name: "x-told", value: "yes" }] };
  for (const [path, names] of [
    ["/before", ["x-key"]],
    ["/after", ["x-key", "x-told"]],
  ] as const) {
    redacted = names;
    show(CALLER, { requests: [{ ...rowOf(path), headers }] });
    await viewer.read();
  }
  expect(viewer.seen.flatMap(({ rows }) => rows.map((row) => row.headers?.request[0]?.value))).toEqual(["yes", ""]);
});

test("only proxies that may have such requests are asked", async () => {
  const viewer = look({ filter: "caller:web side:source" });
  await viewer.read();
  expect(Object.keys(orders)).toEqual(["default/web-0"]);
  expect(show(CALLED, { requests: [rowOf("/")] })).toBe(false);
});

test("an agent is believed as in its reports: of its own end alone, and of its own instance", async () => {
  const viewer = look();
  await viewer.read();
  const forged = {
    ...rowOf("/forged"),
    request: { ...rowOf("").request, path: "/forged", sourcePrincipal: "spiffe://cluster.local/ns/default/sa/reviews" },
  };
  show(CALLER, {
    requests: [
      forged,
      {
        ...rowOf("/cut"),
        request: { ...rowOf("").request, path: `/cut\n${"x".repeat(5000)}`, sourceWorkload: "other" },
      },
    ],
  });
  // Another's instance.
  expect(show({ ...CALLED, name: CALLER.name } as WorkloadInstance, { requests: [rowOf("/anothers")] })).toBe(false);
  await viewer.read();
  expect(viewer.seen.at(-1)?.rows).toMatchObject([{ sourceWorkload: "web", revision: 7 }]);
  expect(viewer.paths()[0]?.length).toBeLessThan(600);
  expect(viewer.paths()[0]).not.toContain("\n");
});

test("who reads slowly loses the oldest, and is told how many; who reads gets all; what one agent may hand over is bounded", async () => {
  const [slow, fast] = [look(), look({ user: "bob" })];
  await Promise.all([slow.read(), fast.read()]);
  for (let batch = 0; batch < 10; batch += 1) {
    const requests = Array.from({ length: 100 }, (_, index) => ({
      ...rowOf(`/${batch * 100 + index}`),
      taps: ["t1", "t2"],
    }));
    show(CALLER, { requests });
    if (batch % 4 === 3) await fast.read();
  }
  await fast.read();
  expect(fast.paths()).toHaveLength(1000);
  expect(await slow.read()).toMatchObject({ leftOut: { unread: 500 } });
  expect(slow.paths()).toEqual(Array.from({ length: 500 }, (_, index) => `/${500 + index}`));
  show(CALLER, {
    requests: Array.from({ length: 2000 }, () => rowOf("/flood")),
    leftOut: [{ tap: "t1", requests: 40n }],
  });
  const { rows, leftOut } = await slow.read();
  expect(rows.length + leftOut.overRate + leftOut.unread).toBe(2000 + 40 + 500);
  expect(leftOut.overRate).toBeGreaterThanOrEqual(800 + 40);
});

test("who hands over more than all others takes none of their room", async () => {
  const viewer = look();
  await viewer.read();
  const told = Array.from({ length: 100 }, (_, index) => ({
    taps: ["t1"],
    request: { ...rowOf(`/other${index}`).request, reporter: "destination", sourceWorkload: "", sourcePrincipal: "" },
  }));
  show(CALLED, { requests: told });
  show(CALLER, { requests: Array.from({ length: 1200 }, () => rowOf("/flood")) });
  const { rows, leftOut } = await viewer.read();
  expect(rows.filter(({ path }) => path.startsWith("/other"))).toHaveLength(100);
  expect(leftOut).toEqual({ overRate: 0, unread: 800 });
});

test("it ends after its time, also where nobody reads it", async () => {
  vi.useFakeTimers();
  try {
    const viewer = look({ seconds: 5 });
    await viewer.read();
    await vi.advanceTimersByTimeAsync(5001);
    expect(desk.size).toBe(0);
    expect(orders).toEqual({});
    const last = viewer.read();
    await vi.advanceTimersByTimeAsync(3000);
    expect(await last).toMatchObject({ isOver: true });
  } finally {
    vi.useRealTimers();
  }
});

test("more than so many cannot look", async () => {
  const viewers = Array.from({ length: 4 }, () => look());
  await Promise.all(viewers.map(({ read }) => read()));
  await expect(look().read()).rejects.toMatchObject({ code: "exhausted" });
  await expect(look({ user: "bob" }).read()).resolves.toMatchObject({ isOver: false });
});

test("all together look at so many proxies, and each is told how many of those that are meant are not asked", async () => {
  instances = Array.from({ length: 300 }, (_, index) => instanceOf(`w${100 + index}`));
  const counts = [];
  for (const filter of ["caller:w1*", "caller:w2*", "caller:w3*", "caller:w15*"])
    counts.push((await look({ filter: `side:source ${filter}` }).read()).proxies);
  expect(counts).toMatchObject([
    { meant: 100, asked: 100 },
    { meant: 100, asked: 100 },
    { meant: 100, asked: 0 },
    { meant: 10, asked: 10 },
  ]);
  expect(Object.keys(orders)).toHaveLength(200);
});

test("why there are no headers is told, once for all proxies alike", async () => {
  const viewer = look({ wantsHeaders: true });
  await viewer.read();
  for (const by of [CALLER, CALLED]) show(by, { headersProblem: "somebody else taps its Envoy" });
  expect((await viewer.read()).headerProblems).toEqual([{ problem: "somebody else taps its Envoy", proxies: 2 }]);
});
