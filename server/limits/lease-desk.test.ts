import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { decodeGrants, encodeDraws } from "#proto/lease-codec.ts";
import { makeLeases } from "#server/compose/make-leases.ts";
import { LeaseDesk } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";
import { SmallDisk } from "#testing/small-disk.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});
function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "pharos-limits-"));
  dirs.push(dir);
  return dir;
}

const RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a01";
const runOf = (at: number): string => `${RUN.slice(0, -3)}${String(at).padStart(3, "0")}`;
const NEXT_RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a02";

const LIMIT = (amount: number): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, rules: [{ name: all, limit: { amount: ${amount}, per: 10m } }] }
`;
const instance = (name: string, labels: Record<string, string>): WorkloadInstance => ({
  ...{ namespace: "shop", name, workload: name, labels, serviceAccount: "web", address: "10.0.0.1" },
  ...{ ports: [], health: "healthy", locality: "", weight: 1 },
});
const INSTANCES = [
  instance("web-0", { app: "web" }),
  instance("web-1", { app: "web" }),
  instance("db-0", { app: "db" }),
];
const OTHER: WorkloadInstance = { ...instance("api-0", { app: "web" }), serviceAccount: "api" };
const CALLER = { namespace: "shop", serviceAccount: "web" };

function snapshotOf(yaml: string): Snapshot {
  return {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 1,
    },
    resources: parseDocuments(yaml).resources,
    instances: INSTANCES,
  };
}
const find = (key: string) => [...INSTANCES, OTHER].find(({ namespace, name }) => `${namespace}/${name}` === key);

function open(dir: string, yaml: string, log = silentLogger) {
  const snapshot = snapshotOf(yaml);
  return makeLeases(dir, { snapshot: () => snapshot, find }, log);
}

const KEY = "shop/limit|all||";
const draw = (lease: number, needs: readonly number[], more: Partial<Draw> = {}): Draw => ({
  ...{ agent: "", key: KEY, lease, account: 0, used: 0, counted: 0, spent: [], idle: 0, pending: 0, needs, want: 0 },
  ...more,
});
const ask = (
  owner: { readonly leases: LeaseDesk },
  of: string,
  draws: readonly Draw[],
  caller = CALLER,
  run = RUN,
  goesOnFrom: readonly string[] = [],
) => decodeGrants(owner.leases.handle(encodeDraws({ instance: of, run, goesOnFrom, draws }), caller));

const KEYED = (keysMax: number): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  rules:
    - name: all
      bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Share, keysMax: ${keysMax} }
      limit: { amount: 5, per: 1s }
`;

/** A desk over a store in memory, whose time and configuration are set. */
function desk(yaml: string, db = new DatabaseSync(":memory:")) {
  const state = { nowMs: 1_000_000, snapshot: snapshotOf(yaml), twins: [] as string[] };
  const leases = new LeaseDesk({
    ...{
      snapshot: () => state.snapshot,
      find,
      store: new LeaseStore(db),
      now: () => ({ nowMs: state.nowMs, calendarMs: state.nowMs }),
      onTwins: (instance) => void state.twins.push(instance),
    },
  });
  const set = (text: string): void => {
    state.snapshot = snapshotOf(text);
  };
  return { db, state, set, leases, rows: () => [count(db, "lease_key"), count(db, "lease_holder")] };
}
const count = (db: DatabaseSync, table: string): unknown => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
const valued = (value: string): string => `shop/limit|all||["${value}"]`;

test("what was granted is granted to nobody else, and not after the owner was started again either", () => {
  const dir = makeDir();
  const first = open(dir, LIMIT(3));
  expect(ask(first, "shop/web-0", [draw(1, [1, 1])])).toMatchObject([{ granted: 2, members: 2 }]);
  expect(ask(first, "shop/web-1", [draw(1, [1, 1])])).toMatchObject([{ granted: 1 }]);
  first.close();
  const second = open(dir, LIMIT(3));
  expect(ask(second, "shop/web-1", [draw(2, [1], { used: 1, spent: [{ amount: 1, agoMs: 0 }] })])).toMatchObject([
    { granted: 0 },
  ]);
  second.close();
});

test("nobody draws for another's instance, nor of a limit that is not over its own", () => {
  const owner = open(makeDir(), LIMIT(3));
  expect(() => ask(owner, "shop/web-0", [draw(1, [1])], { namespace: "shop", serviceAccount: "other" })).toThrow(
    "shop/web-0 is no instance of the caller",
  );
  expect(() => ask(owner, "shop/nobody", [draw(1, [1])])).toThrow("is no instance");
  expect(ask(owner, "shop/db-0", [draw(1, [1])])).toMatchObject([{ granted: 0, trouble: "unknown-limit" }]);
  expect(ask(owner, "shop/web-0", [draw(1, [1], { key: "shop/limit|none||" })])).toMatchObject([
    { trouble: "unknown-limit" },
  ]);
  expect(ask(owner, "shop/web-0", [draw(2, [1], { key: "no key" })])).toMatchObject([{ trouble: "unknown-limit" }]);
  owner.close();
});

test("a store that is damaged is moved aside, and what it knew counts as used", () => {
  const dir = makeDir();
  writeFileSync(join(dir, "limits.db"), "not a database".repeat(1000));
  const owner = open(dir, LIMIT(3));
  expect(ask(owner, "shop/web-0", [draw(1, [1])])).toMatchObject([{ granted: 0 }]);
  owner.close();
  expect(readdirSync(dir).some((name) => name.startsWith("limits.db.unreadable-"))).toBe(true);
  expect(existsSync(join(dir, "limits.db"))).toBe(true);
});

test("keys that the rule cannot have are none: values where it has no key, more than it has parts, and longer ones than agents make", () => {
  const plain = desk(LIMIT(3));
  expect(ask(plain, "shop/web-0", [draw(1, [1], { key: `${KEY}["a"]` })])).toMatchObject([
    { trouble: "unknown-limit" },
  ]);
  const keyed = desk(KEYED(10));
  const asked = [valued("v".repeat(196)), valued("v".repeat(197)), `${KEY}["a","b"]`, `${KEY}a`];
  const grants = ask(
    keyed,
    "shop/web-0",
    asked.map((key, at) => draw(at + 1, [1], { key })),
  );
  const none = "unknown-limit";
  expect(grants.map(({ trouble }) => trouble)).toEqual([undefined, none, none, none]);
});

test("a run that goes on from another ends it: what that held is charged, and it is forgotten", () => {
  const one = desk(LIMIT(3));
  ask(one, "shop/web-0", [draw(1, [2])]);
  ask(one, "shop/web-0", [draw(1, [])], CALLER, NEXT_RUN, [RUN]);
  expect(one.rows()).toEqual([1, 2]);
  one.state.nowMs += 3000;
  expect(ask(one, "shop/web-1", [draw(1, [2])])).toMatchObject([{ granted: 0 }]);
  one.state.nowMs += 3000;
  expect(ask(one, "shop/web-1", [draw(2, [2])])).toMatchObject([{ granted: 0 }]);
  // Nobody holds anything, and what was used still counts.
  expect(one.rows()).toEqual([1, 0]);
});

describe("of requests at a time", () => {
  const PLACES = LIMIT(4).replace("amount: 4, per: 10m", "amount: 4, unit: Concurrent");
  const open = () => {
    const one = desk(PLACES);
    const says = (run: string, lease: number, pending: number, needs: readonly number[], goesOnFrom?: string[]) =>
      ask(one, "shop/web-0", [draw(lease, needs, { pending })], CALLER, run, goesOnFrom)[0]?.granted;
    return { ...one, says, held: () => one.leases.bucket(KEY)?.held };
  };

  test("two agents that run by one name at once have no more than all together, and it is told once", () => {
    const { state, says, held } = open();
    expect([says(RUN, 1, 0, [1, 1]), says(NEXT_RUN, 1, 0, [1, 1])]).toEqual([2, 2]);
    for (let lease = 2; lease < 20; lease += 1) {
      state.nowMs += 1000;
      expect([says(RUN, lease, 2, [1]), says(NEXT_RUN, lease, 2, [1]), held()]).toEqual([0, 0, 4]);
    }
    expect(says(RUN, 20, 1, [])).toBe(0);
    expect(says(NEXT_RUN, 20, 2, [1, 1])).toBe(1);
    expect(state.twins).toEqual(["shop/web-0"]);
  });

  test("what a run went on with is its own, however late the one before it is heard once more", () => {
    const { state, says, held } = open();
    expect(says(RUN, 1, 0, [1, 1, 1])).toBe(3);
    // One of the three has ended while nobody was there.
    expect([says(NEXT_RUN, 1, 2, [1, 1, 1], [RUN]), held()]).toEqual([2, 4]);
    for (const lease of [1, 2, 7])
      expect(() => says(RUN, lease, 3, [1])).toThrow("another agent goes on from the journals");
    expect([says(NEXT_RUN, 2, 4, [1], [RUN]), held(), state.twins]).toEqual([0, 4, []]);
  });

  test("of one that was killed together with its journals places are free when it is silent, and not before", () => {
    const { state, says, held } = open();
    says(RUN, 1, 0, [1, 1, 1]);
    says(RUN, 2, 3, []);
    expect(says(NEXT_RUN, 1, 0, [1, 1])).toBe(1);
    state.nowMs += 5000;
    expect(says(NEXT_RUN, 2, 1, [1])).toBe(0);
    state.nowMs += 1500;
    expect([says(NEXT_RUN, 3, 1, [1, 1, 1]), held()]).toEqual([3, 4]);
    expect(state.twins).toEqual([]);
  });
});

test("no service account has more than half of the keys, where several share them, and another number holds at once", () => {
  const one = desk(KEYED(4));
  const set = (keysMax: number): void => {
    one.set(KEYED(keysMax));
    one.state.snapshot = { ...one.state.snapshot, instances: [...INSTANCES, OTHER] };
  };
  set(4);
  const opens = (of: string, lease: number, serviceAccount = "web") =>
    ask(one, of, [draw(lease, [1], { key: valued(`${of} ${lease}`) })], { namespace: "shop", serviceAccount })[0];
  const opened = ["shop/web-0", "shop/web-1", "shop/web-0", "shop/web-1"].map((of, at) => opens(of, at + 1)?.trouble);
  expect(opened).toEqual([undefined, undefined, "too-many-keys", "too-many-keys"]);
  expect(opens("shop/api-0", 1, "api")?.trouble).toBeUndefined();
  set(8);
  expect(opens("shop/web-0", 5)?.trouble).toBeUndefined();
});

test("an instance that is another run with each word has few of them remembered, and what all of them used counts", () => {
  const one = desk(LIMIT(1000));
  for (let at = 0; at < 100; at += 1)
    ask(one, "shop/web-0", [draw(1, [1], { used: 1, spent: [{ amount: 1, agoMs: 0 }] })], CALLER, runOf(at));
  expect(one.rows()).toEqual([1, 32]);
  one.state.nowMs += 3000;
  ask(one, "shop/web-1", [draw(1, [1])]);
  // 32 ran on with a unit each that is taken to be used; the others were refused, and said nothing.
  expect(one.leases.bucket(KEY)).toMatchObject({ used: 64, held: 1 });
});

test("a rule that goes and comes back goes on with what was used of it, and its rows go when nothing of it counts", () => {
  const one = desk(LIMIT(3));
  ask(one, "shop/web-0", [draw(1, [], { used: 3, spent: [{ amount: 3, agoMs: 0 }] })]);
  one.set("");
  one.state.nowMs += 5000;
  one.leases.tidy();
  one.set(LIMIT(3));
  expect(ask(one, "shop/web-1", [draw(1, [1])])).toMatchObject([{ granted: 0 }]);
  // Also when the server is started without the rule.
  const again = desk("", one.db);
  again.leases.tidy();
  expect(again.rows()).toEqual([1, 2]);
  again.state.nowMs += 700_000;
  again.leases.tidy();
  expect(again.rows()).toEqual([0, 0]);
  expect(again.leases.counts().size).toBe(0);
});

test("what is forgotten is deleted in one transaction", () => {
  const one = desk(KEYED(100));
  ask(
    one,
    "shop/web-0",
    Array.from({ length: 40 }, (_, at) => draw(at + 1, [], { key: valued(`${at}`) })),
  );
  let commits = 0;
  const store = new LeaseStore(one.db);
  const exec = one.db.exec.bind(one.db);
  one.db.exec = (sql) => {
    commits += sql === "COMMIT" ? 1 : 0;
    exec(sql);
  };
  expect(store.read().size).toBeLessThanOrEqual(1);
  one.state.nowMs += 100_000;
  one.leases.tidy();
  expect([one.rows(), commits]).toEqual([[0, 0], 1]);
});

test("rows of the first version, with all holders in the key's row, are read as they were", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE lease_key (key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID");
  const holder = { lease: 4, account: 1, answer: {}, used: 0, counted: 0, idle: 2, pending: 0, endMs: 2e6, assumed: 0 };
  const state = JSON.stringify({ meter: [], holders: [[`shop/web-0 ${RUN}`, holder]], forgotten: 0 });
  db.prepare("INSERT INTO lease_key VALUES (?, 'shop/limit|all', ?), ('gone|gone||', 'gone|gone', ?)").run(
    KEY,
    state,
    state,
  );
  const one = desk(LIMIT(3), db);
  expect(ask(one, "shop/web-1", [draw(1, [2])])).toMatchObject([{ granted: 0 }]);
  expect(ask(one, "shop/web-1", [draw(2, [1])])).toMatchObject([{ granted: 1 }]);
  expect(one.rows()).toEqual([1, 2]);
});

test("of a bucket with a burst as much is told to be there as it holds: no more of it is used than that", () => {
  const { leases } = desk(LIMIT(3).replace("per: 10m", "per: 10m, burst: 5"));
  ask({ leases }, "shop/web-0", [draw(1, [1, 1, 1, 1])]);
  expect(leases.bucket(KEY)).toMatchObject({ amount: 5, held: 4, used: 0, left: 1 });
  ask({ leases }, "shop/web-0", [draw(2, [], { used: 4, spent: [{ amount: 4, agoMs: 0 }] })]);
  expect(leases.bucket(KEY)).toMatchObject({ amount: 5, held: 0, used: 4, left: 1 });
});

describe.runIf(SmallDisk.canMount())("a full disk", () => {
  test("is told of by its name, once; nothing is granted meanwhile, and all of it when there is room", () => {
    const disk = SmallDisk.mount(1);
    const told: string[] = [];
    const log = loggerTo((_, message, fields) => void told.push(`${message}: ${String(fields?.error)}`));
    try {
      const owner = open(disk.path, LIMIT(3), log);
      expect(ask(owner, "shop/web-0", [draw(1, [1])])).toMatchObject([{ granted: 1 }]);
      disk.fill();
      // What stands in its log is written again and again until no page is left.
      const refused = (from: number): unknown => {
        for (let lease = from; lease < from + 1000; lease += 1)
          try {
            ask(owner, "shop/web-0", [draw(lease, [])]);
          } catch (error) {
            return error;
          }
        return undefined;
      };
      for (const from of [1000, 2000])
        expect(refused(from)).toMatchObject({
          code: "exhausted",
          message: expect.stringMatching(/limits\.db: database or disk is full$/),
          hint: expect.stringContaining("free space on its disk"),
        });
      expect(told).toEqual([expect.stringMatching(/^nothing is granted of limits: .*disk is full/)]);
      disk.free();
      expect(ask(owner, "shop/web-0", [draw(5000, [1])])).toMatchObject([{ granted: 1 }]);
      owner.close();
    } finally {
      disk.unmount();
    }
  });
});
