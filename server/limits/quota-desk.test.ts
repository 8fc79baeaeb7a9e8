import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { KeyOwner } from "#core/rate-limit/key-owner.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { decodeGrants, encodeDraws } from "#proto/lease-codec.ts";
import { LeaseDesk } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";

const RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a01";
const NEXT_RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a02";
const LAST = 2 ** 52;
const DAY_MS = 24 * 3_600_000;

const RESOURCES = (amount: number, more = ""): string => `
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: daily, namespace: shop }
spec:
  bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Share }
  amount: ${amount}
  period: { calendar: Day, timeZone: UTC }
  soft: [50, 90]
  ${more}
---
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: shop }
spec:
  consumers: [{ workloads: { matchLabels: { tier: gold } } }]
  quotas: [{ name: daily, amount: ${10 * amount} }]
`;
const web: WorkloadInstance = {
  ...{ namespace: "shop", name: "web-0", workload: "web", labels: { app: "web" }, serviceAccount: "web" },
  ...{ address: "10.0.0.1", ports: [], health: "healthy", locality: "", weight: 1 },
};
const mesh = {
  ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 1 },
};

function open(yaml: string, db = new DatabaseSync(":memory:")) {
  const time = { nowMs: 1000, calendarMs: Date.parse("2026-05-05T12:00:00Z") };
  const snapshot = { revision: 1, mesh, resources: parseDocuments(yaml).resources, instances: [web] };
  const store = new LeaseStore(db);
  const find = (name: string) => (name === "shop/web-0" ? web : undefined);
  const desk = new LeaseDesk({ snapshot: () => snapshot, find, store, now: () => ({ ...time }) });
  const ask = (draws: readonly Draw[], run = RUN, isFormer = false) =>
    decodeGrants(
      desk.handle(encodeDraws({ instance: "shop/web-0", run, isFormer, draws }), {
        ...{ namespace: "shop", serviceAccount: "web" },
      }),
    );
  return { db, desk, time, ask, ledger: store.ledger };
}

const KEY = 'shop/daily|Quota||["acme"]';
const draw = (lease: number, needs: readonly number[], more: Partial<Draw> = {}): Draw => ({
  ...{ agent: "", key: KEY, lease, account: 0, used: 0, counted: 0, spent: [], idle: 0, pending: 0, needs, want: 0 },
  ...more,
});
const using = (lease: number, used: number, needs: readonly number[] = []): Draw =>
  draw(lease, needs, { used, spent: [{ amount: used, agoMs: 0 }] });

test("what is granted stands in the ledger, and is granted to nobody else after a restart", () => {
  const one = open(RESOURCES(10));
  expect(one.ask([draw(1, [4, 4, 4])])).toMatchObject([{ granted: 8 }]);
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 0, held: 8, left: 2 });
  const again = open(RESOURCES(10), one.db);
  expect(again.ask([using(2, 5, [3])])).toMatchObject([{ granted: 3 }]);
  expect(again.desk.bucket(KEY)).toMatchObject({ used: 5, held: 3, left: 2 });
  expect(again.ledger.changes(KEY, 9)).toMatchObject([
    { what: "draw", units: 5, used: 5, held: 3, lease: 2, author: `shop/web-0 ${RUN}` },
    { what: "draw", units: 0, used: 0, held: 8, lease: 1 },
  ]);
});

test("a run that was killed is charged for what it held until its journal says what it used, once", () => {
  const one = open(RESOURCES(100));
  one.ask([draw(1, [50])]);
  one.time.calendarMs += 60_000;
  one.ask([draw(1, [1])], NEXT_RUN);
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 50, held: 1 });
  const last = using(LAST, 20);
  for (let times = 0; times < 3; times += 1) one.ask([last], RUN, true);
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 20 });
  one.ask([draw(LAST + 1, [], { used: 20, counted: 20 })], RUN, true);
  one.desk.tidy();
  // Also from a server that was started meanwhile, and long after.
  const again = open(RESOURCES(100), one.db);
  again.time.calendarMs = one.time.calendarMs + 3_600_000;
  again.ask([draw(LAST + 1, [], { used: 20, counted: 20 })], RUN, true);
  expect(again.desk.bucket(KEY)?.used).toBe(21);
  // Of who is over nothing is drawn.
  expect(again.ask([{ ...last, lease: LAST + 5, needs: [10], idle: 40 }], RUN, true)).toMatchObject([{ granted: 0 }]);
});

test("a day begins at midnight, and what was used of the last is kept", () => {
  const one = open(RESOURCES(10, "carryOver: 20"));
  one.ask([using(1, 9)]);
  expect(one.ask([{ ...using(2, 9, [2]), counted: 9, spent: [] }])).toMatchObject([{ granted: 0 }]);
  one.time.calendarMs += DAY_MS;
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 0, carried: 1, left: 11 });
  expect(one.ask([{ ...using(3, 9, [11]), counted: 9, spent: [] }])).toMatchObject([{ granted: 11 }]);
  expect(one.ledger.periods(KEY, 9)).toMatchObject([{ used: 0, carried: 1 }, { used: 9 }]);
});

test.each<[string, string, string]>([
  ["Hour", "2026-05-05T12:59:59.999Z", "2026-05-05T13:00:00Z"],
  ["Week", "2026-05-10T23:59:59.999Z", "2026-05-11T00:00:00Z"],
  ["Month", "2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00Z"],
])(
  "what is left of a calendar's %s is carried to the next, at most so much, and nothing before that begins",
  (calendar, last, next) => {
    const one = open(RESOURCES(10, "carryOver: 20").replace("calendar: Day", `calendar: ${calendar}`));
    one.ask([using(1, 7)]);
    one.time.calendarMs = Date.parse(last);
    expect(one.desk.bucket(KEY)).toMatchObject({ used: 7, carried: 0, left: 3 });
    one.time.calendarMs = Date.parse(next);
    expect(one.desk.bucket(KEY)).toMatchObject({ used: 0, carried: 2, left: 12 });
    expect(one.ask([{ ...using(2, 7, Array<number>(13).fill(1)), counted: 7, spent: [] }])).toMatchObject([
      { granted: 12 },
    ]);
    expect(one.desk.bucket(KEY)?.span?.startMs).toBe(Date.parse(next));
  },
);

test("it is topped up and begun anew, with who did it and why; percents are noted once", () => {
  const one = open(RESOURCES(10));
  one.ask([using(1, 5, [1])]);
  one.ask([using(2, 6)]);
  expect(one.desk.change(KEY, { what: "top-up", units: 5, author: "ada", reason: "paid" })).toMatchObject({ left: 9 });
  expect(one.desk.change(KEY, { what: "reset", author: "ada", reason: "" })).toMatchObject({ used: 0, left: 15 });
  expect(one.ledger.changes(KEY, 2)).toMatchObject([
    { what: "reset", units: 6, author: "ada", reason: "" },
    { what: "top-up", units: 5, author: "ada", reason: "paid" },
  ]);
  one.ask([using(3, 6, [14])]);
  one.ask([using(4, 20)]);
  expect(one.ledger.untold(9)).toMatchObject([
    { key: KEY, percent: 50, used: 5, amount: 10 },
    { key: KEY, percent: 90, used: 14, amount: 15 },
  ]);
  expect(() => one.desk.change("shop/none|Quota||", { what: "reset", author: "ada", reason: "" })).toThrow(
    "no Quota has the consumer",
  );
});

test("who has a plan has its amount, of a ledger of its own; one that notifies refuses nobody", () => {
  const one = open(RESOURCES(10));
  expect(one.ask([draw(1, [50], { key: 'shop/daily|Quota@gold||["acme"]' })])).toMatchObject([{ granted: 50 }]);
  expect(one.desk.rules().map(({ id }) => id)).toEqual(["shop/daily|Quota@gold", "shop/daily|Quota"]);
  const notifying = open(RESOURCES(10, "over: Notify"));
  notifying.ask([using(1, 25)]);
  expect(notifying.ask([using(2, 25, [3])])).toMatchObject([{ granted: 3 }]);
  expect(notifying.desk.bucket(KEY)).toMatchObject({ used: 25, left: 0 });
});

test("what the disk refuses is written with what comes next, and what people are told has failed was not done", () => {
  const one = open(RESOURCES(100));
  const exec = one.db.exec.bind(one.db);
  let isFull = false;
  one.db.exec = (sql) => {
    if (isFull && sql === "COMMIT") throw new Error("the disk is full");
    exec(sql);
  };
  one.ask([draw(1, [5])]);
  isFull = true;
  const used = { used: 5, spent: [{ amount: 5, agoMs: 0 }] };
  expect(() => one.ask([draw(2, [], used)])).toThrow("full");
  const topUp = { what: "top-up", units: 7, author: "ada", reason: "" } as const;
  expect(() => one.desk.change(KEY, topUp)).toThrow("full");
  isFull = false;
  one.ask([draw(3, [], used)]);
  expect(one.ledger.periods(KEY, 1)).toMatchObject([{ used: 5, added: 0 }]);
  expect(one.ledger.changes(KEY, 10).reduce((sum, { units }) => sum + units, 0)).toBe(5);
  expect(one.desk.change(KEY, topUp)).toMatchObject({ added: 7, used: 5 });
});

test("of draws the last are kept, and what people did is not lost behind them", () => {
  const one = open(RESOURCES(10_000));
  one.desk.change(KEY, { what: "top-up", units: 5, author: "ada", reason: "paid" });
  for (let used = 1; used <= 300; used += 1)
    one.ask([draw(used, [1], { used, counted: used - 1, spent: [{ amount: 1, agoMs: 0 }] })]);
  expect(one.ledger.changes(KEY, 200).map(({ what }) => what)).toEqual([...Array(199).fill("draw"), "top-up"]);
  one.desk.tidy();
  const kept = one.ledger.changes(KEY, 1000);
  expect(kept).toHaveLength(201);
  expect([kept[0], kept.at(-1)]).toMatchObject([{ used: 300 }, { what: "top-up", units: 5 }]);
});

test("what a killed run gives back after a consumer was begun anew is not given once more, also after a restart", () => {
  const one = open(RESOURCES(100));
  one.ask([draw(1, [50])]);
  one.time.calendarMs += 60_000;
  expect(one.desk.change(KEY, { what: "reset", author: "ada", reason: "" })).toMatchObject({ used: 0, left: 100 });
  expect(one.ledger.changes(KEY, 1)).toMatchObject([{ what: "reset", units: 50 }]);
  one.time.calendarMs += 1000;
  one.ask([using(1, 40)], NEXT_RUN);
  const again = open(RESOURCES(100), one.db);
  again.time.calendarMs = one.time.calendarMs + 1000;
  again.ask([using(LAST, 20)], RUN, true);
  expect(again.desk.bucket(KEY)).toMatchObject({ used: 40, left: 60 });
});

test("what throttles a consumer is nobody's ledger, and where no more consumers fit it is said", () => {
  const one = open(
    RESOURCES(10, "over: Throttle\n  throttle: { amount: 5, per: 1s }").replace(
      "missing: Share }",
      "missing: Share, keysMax: 1 }",
    ),
  );
  const reset = { what: "reset", author: "ada", reason: "" } as const;
  expect(() => one.desk.change('shop/daily|Quota|Throttle|["acme"]', reset)).toThrow("no Quota has the consumer");
  expect(one.ledger.changes('shop/daily|Quota|Throttle|["acme"]', 9)).toEqual([]);
  for (const name of ["acme", "one", "two"]) one.ask([draw(1, [1], { key: `shop/daily|Quota||["${name}"]` })]);
  expect(() => one.desk.change('shop/daily|Quota||["more"]', reset)).toThrow(
    expect.objectContaining({ code: "exhausted", hint: expect.stringContaining("keysMax") }),
  );
});

test("what is used of a limit is not summed up for each draw, and consumers that nobody asks for are not described", () => {
  const limits = `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: burst, namespace: shop }
spec: { rules: [{ name: all, limit: { amount: 100, per: 1m } }] }
`;
  const used = vi.spyOn(KeyOwner.prototype, "used", "get");
  const left = vi.spyOn(KeyOwner.prototype, "left");
  try {
    const one = open(`${RESOURCES(10)}---${limits}`);
    expect(one.ask([draw(1, [4], { key: "shop/burst|all||" })])).toMatchObject([{ granted: 4 }]);
    expect(used).not.toHaveBeenCalled();
    one.ask(["acme", "one"].map((name) => draw(1, [1], { key: `shop/daily|Quota||["${name}"]` })));
    expect(used).toHaveBeenCalled();
    left.mockClear();
    expect(one.desk.buckets("shop/daily|Quota", (values) => values.includes("acme"))).toMatchObject([{ key: KEY }]);
    expect(left).toHaveBeenCalledTimes(1);
  } finally {
    vi.restoreAllMocks();
  }
});

test("nobody used more of a quota than it was granted, whatever it says; where nobody is refused it may have", () => {
  const one = open(RESOURCES(100));
  one.ask([draw(1, [3])]);
  one.ask([using(2, 2 ** 50)]);
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 3, held: 0, left: 97 });
  // Nor did one that nobody knows use more than there is.
  one.ask([using(1, 2 ** 50)], NEXT_RUN);
  expect(one.desk.bucket(KEY)).toMatchObject({ used: 103, left: 0 });
  const noted = open(RESOURCES(100, "over: Notify"));
  noted.ask([draw(1, [3])]);
  noted.ask([using(2, 250)]);
  expect(noted.desk.bucket(KEY)?.used).toBe(250);
});

test("a quota that is written in a plan has a ledger of its own, by the plan's name and its own", () => {
  const one = open(`
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: shop }
spec:
  consumers: [{ namespaces: [web] }]
  quotas: [{ name: daily, spec: { amount: 10, period: { calendar: Day } } }]
  limits: [{ name: calls, spec: { rules: [{ name: all, limit: { amount: 5, per: 1s } }] } }]
`);
  expect(one.desk.rules().map(({ id, members }) => [id, members])).toEqual([
    ["shop/gold~calls|all", 1],
    ["shop/gold~daily|Quota", 1],
  ]);
  const key = "shop/gold~daily|Quota||";
  expect(one.ask([draw(1, [4, 4, 4], { key })])).toMatchObject([{ granted: 8 }]);
  one.desk.change(key, { what: "top-up", units: 5, author: "ada", reason: "paid" });
  expect(one.desk.bucket(key)).toMatchObject({ held: 8, left: 7 });
});
