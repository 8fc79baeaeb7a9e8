import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import type { Evaluation } from "#core/alerts/alert.ts";
import type { ActiveSilence, Receiver } from "#core/resolve/alerting.ts";
import { migrateSqlite } from "#node/migrate-sqlite.ts";
import { postJson } from "#server/outbox/post-json.ts";
import { openAlertOutbox } from "#server/watch/alert-outbox.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { ALERT_STEP_MS, AlertWatch } from "#server/watch/alert-watch.ts";
import { evaluateQuotas } from "#server/watch/evaluate-quotas.ts";
import { WATCH_MIGRATIONS } from "#server/watch/migrations.ts";
import { prepared } from "#server/watch/open-watch.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Got {
  readonly body: { readonly status: string; readonly alerts: readonly { readonly startsAt: string }[] };
  readonly id: string;
  readonly isSigned: boolean;
}

/** Takes what it is told; of some it says that it did not. */
async function openWebhook(refuses: (nth: number) => boolean) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += String(part);
    });
    request.on("end", () => {
      const signature = `sha256=${createHmac("sha256", "key").update(text).digest("hex")}`;
      got.push({
        body: JSON.parse(text) as Got["body"],
        id: String(request.headers["idempotency-key"]),
        isSigned: request.headers["x-pharos-signature"] === signature,
      });
      response.writeHead(refuses(got.length) ? 503 : 200).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

test("a server that is killed again and again loses no notice, and tells none twice but under one id", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-alerts-"));
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "watch.db");
  const { got, url } = await openWebhook((nth) => nth % 7 === 0);
  for (let life = 0; life < 6; life += 1) {
    const before = got.length;
    const child = spawn(process.execPath, [join(import.meta.dirname, "testing/alert-process.ts"), file, url], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = new Promise((done) => child.once("exit", done));
    await eventually("it has told something", () => (got.length > before + 1 + (life % 3) ? true : undefined));
    child.kill("SIGKILL");
    await ended;
  }
  const store = new AlertStore(prepared(new DatabaseSync(file)));
  const waiting = new Set(
    store
      .untold("AlertReceiver/a/hook", 1000, 0)
      .map(({ alert, event }) => `${new Date(alert.firingMs ?? 0).toISOString()} ${event}`),
  );
  const told = new Set(got.map(({ body }) => `${body.alerts[0]?.startsAt} ${body.status}`));
  const fired = [...store.resolvedSince(0), ...store.standing()];
  expect(fired.length).toBeGreaterThan(2);
  for (const { firingMs, resolvedMs } of fired)
    for (const event of ["firing", ...(resolvedMs === null ? [] : ["resolved"])]) {
      const name = `${new Date(firingMs ?? 0).toISOString()} ${event}`;
      expect([name, told.has(name) || waiting.has(name)]).toEqual([name, true]);
    }
  // As many ids as there are things to tell.
  const ids = Map.groupBy(got, ({ id }) => id);
  expect(ids.size).toBe(told.size);
  expect(got.every(({ isSigned }) => isSigned)).toBe(true);
}, 60_000);

const finding = (name: string) => ({ labels: { alertname: "r", name }, annotations: {}, value: 1 });

/** A watch whose time and rule a test moves. */
function openWatch(
  receivers: readonly Receiver[],
  silences: () => readonly ActiveSilence[] = () => [],
  evaluate: (findings: Evaluation["findings"]) => readonly Evaluation[] = (findings) => [
    { rule: "AlertRule/a/r", forMs: 0, findings },
  ],
) {
  const db = prepared(new DatabaseSync(":memory:"));
  const store = new AlertStore(db);
  const world = {
    nowMs: 1_000_000,
    revision: 1,
    findings: [] as Evaluation["findings"],
    told: [] as [string, string][],
    isUp: true,
    isSilent: (_url: string): boolean => false,
  };
  const watch = new AlertWatch({
    ...{ store, receivers: () => receivers, silences, now: () => world.nowMs, revision: () => world.revision },
    evaluate: async () => evaluate(world.findings),
    async tellAlertmanager(url, body) {
      if (!world.isUp) throw new Error("down");
      if (world.isSilent(url)) await new Promise(() => undefined);
      world.told.push([url, body]);
    },
  });
  const step = async (names: readonly string[], ms = ALERT_STEP_MS): Promise<string[]> => {
    world.nowMs += ms;
    world.findings = names.map(finding);
    await watch.run();
    return receivers
      .flatMap(({ ref }) => store.untold(ref, 100, 0))
      .map(({ receiver, event, alert }) => `${receiver} ${event} ${alert.labels.name}`);
  };
  return { watch, store, world, step };
}

const receiver = (ref: string, more: Partial<Receiver> = {}): Receiver => ({
  ...{ ref, kind: "webhook", url: "http://a.test/", sendsResolved: true, wants: () => true },
  ...more,
});

test("each receiver is told of what it wants; what is silent is told when the silence is over, if it still fires", async () => {
  const silences = [
    {
      ref: "Silence/a/s",
      startsMs: 0,
      endsMs: 1_000_000 + 3 * ALERT_STEP_MS,
      reason: "",
      hides: ({ name }: { name?: string }) => name === "y" || name === "z",
    },
  ];
  const { watch, step } = openWatch(
    [receiver("all"), receiver("x", { wants: ({ name }) => name === "x", sendsResolved: false })],
    () => silences as unknown as readonly ActiveSilence[],
  );
  expect(await step(["x", "y", "z"])).toEqual(["all firing x", "x firing x"]);
  expect(watch.silencedBy({ labels: { name: "y" } })).toEqual(["Silence/a/s"]);
  // z is over while it is silent: nobody ever hears of it.
  expect(await step(["x", "y"])).toHaveLength(2);
  expect(await step(["y"])).toEqual(["all firing x", "all firing y", "all resolved x", "x firing x"]);
  expect(await step([])).toContain("all resolved y");
});

test("a webhook is told again so long after it took that an alert fires, and not while it is silent or waits", async () => {
  const silence = { ref: "Silence/a/s", startsMs: 0, endsMs: 0, reason: "", hides: () => true };
  const { store, world, step } = openWatch(
    [receiver("again", { repeatMs: 4 * ALERT_STEP_MS }), receiver("once")],
    () => [silence],
  );
  const take = (): void => {
    for (const ref of ["again", "once"]) for (const { id } of store.untold(ref, 100, 0)) store.told(id, world.nowMs);
  };
  expect(await step(["x"])).toEqual(["again firing x", "once firing x"]);
  // Nobody takes it: it is not told again beside what waits.
  expect(await step(["x"], 5 * ALERT_STEP_MS)).toHaveLength(2);
  take();
  expect(await step(["x"], 3 * ALERT_STEP_MS)).toEqual([]);
  expect(await step(["x"])).toEqual(["again firing x"]);
  expect(store.untold("again", 100, 0)).toMatchObject([{ nth: 1 }]);
  take();
  silence.endsMs = world.nowMs + 6 * ALERT_STEP_MS;
  expect(await step(["x"], 5 * ALERT_STEP_MS)).toEqual([]);
  expect(await step(["x"])).toEqual(["again firing x"]);
  take();
  expect(await step([])).toEqual(["again resolved x", "once resolved x"]);
});

test("of an objective that burns fast a webhook is not told beside it that it burns slowly, and is when that is left", async () => {
  const { watch, store, world, step } = openWatch([receiver("hook")], undefined, (found) =>
    ["a", "b"].map((objective) => ({
      ...{ rule: `Objective/shop/${objective}`, forMs: 0 },
      findings: found.flatMap(({ labels: { name: each = "" } }) => {
        const [of, window = ""] = each.split(" ");
        const labels = { alertname: "ObjectiveBurnRate", objective, window, name: each };
        return of === objective ? [{ labels, annotations: {}, value: 1 }] : [];
      }),
    })),
  );
  const told = async (windows: readonly string[]): Promise<string[]> => {
    const all = await step(windows);
    for (const { id } of store.untold("hook", 100, 0)) store.told(id, world.nowMs);
    return all.map((each) => each.replace("hook ", ""));
  };
  expect(await told(["a 1h", "a 6h", "a 3d", "b 6h"])).toEqual(["firing a 1h", "firing b 6h"]);
  expect([...watch.inhibited].map(({ labels }) => labels.name)).toEqual(["a 6h", "a 3d"]);
  expect(await told(["a 6h", "a 3d", "b 6h", "b 1h"])).toEqual(["firing a 6h", "firing b 1h", "resolved a 1h"]);
  // Who knows that one fires hears that it is over, also where another one says more by then.
  expect(await told(["a 3d", "b 1h"])).toEqual(["firing a 3d", "resolved a 6h", "resolved b 6h"]);
});

test("of a consumer that uses more and more of its quota a webhook hears of each percent as it is reached, and that it is over when it is", async () => {
  const { watch, store, world, step } = openWatch([receiver("hook")], undefined, (found) => [
    evaluateQuotas(() =>
      found.map(({ labels: { name = "" } }) => {
        const [consumer, percent] = name.split(" ");
        return { key: `shop/monthly|Quota||["${consumer}"]`, percent: Number(percent), used: 99, amount: 100 };
      }),
    ),
  ]);
  const told = async (reached: readonly string[]): Promise<string[]> => {
    await step(reached);
    return store.untold("hook", 100, 0).map(({ id, event, alert: { labels } }) => {
      store.told(id, world.nowMs);
      return `${event} ${labels.consumer} ${labels.percent}`;
    });
  };
  expect(await told(["a 80", "b 80"])).toEqual(['firing ["a"] 80', 'firing ["b"] 80']);
  expect(await told(["a 80", "a 95", "b 80"])).toEqual(['firing ["a"] 95']);
  expect([...watch.inhibited].map(({ labels }) => `${labels.consumer} ${labels.percent}`)).toEqual(['["a"] 80']);
  expect(await told(["a 80", "b 80"])).toEqual(['resolved ["a"] 95']);
  expect(await told(["c 80", "c 95"])).toEqual(['firing ["c"] 95', 'resolved ["a"] 80', 'resolved ["b"] 80']);
  expect(await told([])).toEqual(['resolved ["c"] 95']);
});

test("rules are asked each half minute, and at once where something was written", async () => {
  const { world, step } = openWatch([receiver("hook")]);
  expect(await step([])).toEqual([]);
  expect(await step(["x"], 5000)).toEqual([]);
  world.revision += 1;
  expect(await step(["x"], 5000)).toEqual(["hook firing x"]);
  expect(await step(["x", "y"], ALERT_STEP_MS - 1)).toEqual(["hook firing x"]);
  expect(await step(["x", "y"], 1)).toEqual(["hook firing x", "hook firing y"]);
});

test("an Alertmanager is told what changed at once, all again each minute, and again where it was down", async () => {
  const { watch, world, step } = openWatch([receiver("am", { kind: "alertmanager", url: "http://am.test/" })]);
  await step(["x"]);
  await step(["x"]);
  expect(world.told.map(([url]) => url)).toEqual(["http://am.test/api/v2/alerts"]);
  await step(["x"]);
  expect(world.told).toHaveLength(2);
  world.isUp = false;
  await step([]);
  expect(watch.alertmanager("am")).toMatchObject({ error: "Error: down", waiting: 1 });
  world.isUp = true;
  await step([]);
  const [, last = ""] = world.told.at(-1) ?? [];
  const [{ endsAt = "", labels }] = JSON.parse(last) as [{ endsAt?: string; labels: object }];
  expect(labels).toEqual({ alertname: "r", name: "x" });
  expect(Date.parse(endsAt)).toBeLessThan(world.nowMs);
  expect(watch.alertmanager("am")).toMatchObject({ error: null, waiting: 0 });
});

test("a value that is no number is kept, and keeps no other alert from being", async () => {
  const { watch, store, world } = openWatch([]);
  world.findings = [{ ...finding("x"), value: Number.NaN }, finding("y")];
  await watch.run();
  expect(store.standing().map(({ value }) => value)).toEqual([Number.NaN, 1]);
});

/** What webhooks are told, by place; those at `down` do not answer, and those at `refusing` do not take it. */
function openTold(receivers: readonly Receiver[], store: AlertStore) {
  const world = { told: [] as string[], down: new Set<string>(), refusing: new Set<string>() };
  const lines: string[] = [];
  const warn = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const { outbox } = openAlertOutbox({
    ...{ store, receivers: () => receivers, secret: undefined, everyMs: 1 },
    log: { ...silentLogger, warn },
    async post(url, body) {
      if (world.down.has(url)) throw new Error("down");
      const { status, alerts } = JSON.parse(body) as { status: string; alerts: [{ labels: { name: string } }] };
      world.told.push(`${status} ${alerts[0].labels.name}`);
      return world.refusing.has(url) ? 503 : 200;
    },
  });
  outbox.start();
  cleanup.add(() => outbox.close());
  return { ...world, lines };
}

test("nobody waits for what others do not take, or for what was to be told to who is gone; logs have no path of a webhook", async () => {
  const receivers = ["gone", "down", "up"].map((ref) => receiver(ref, { url: `http://${ref}.test/T0K3N` }));
  const { store, world, watch } = openWatch(receivers);
  world.nowMs = Date.now();
  world.findings = Array.from({ length: 300 }, (_, nth) => finding(`a${nth}`));
  await watch.run();
  const { told, down, lines } = openTold(receivers.slice(1), store);
  down.add("http://down.test/T0K3N");
  await eventually("all is told", () => (told.length === 300 ? true : undefined));
  expect(new Set(told).size).toBe(300);
  await eventually("that one is down is said", () => lines[0]);
  expect(lines.join("\n")).toContain("http://down.test");
  expect(lines.join("\n")).not.toContain("T0K3N");
});

test("that an alert is over is told to who has heard that it fires, and not before", async () => {
  const hook = receiver("hook", { url: "http://hook.test/" });
  const { store, world, step } = openWatch([hook]);
  world.nowMs = Date.now();
  await step(["x"]);
  await step([]);
  const { told, refusing } = openTold([hook], store);
  refusing.add(hook.url);
  await eventually("it is told twice", () => (told.length > 1 ? true : undefined));
  expect(new Set(told)).toEqual(new Set(["firing x"]));
  refusing.clear();
  await eventually("it is told that it is over", () => (told.at(-1) === "resolved x" ? true : undefined));
});

test("an Alertmanager that does not answer holds up no other", async () => {
  const receivers = ["http://silent.test", "http://am.test"].map((url) =>
    receiver(url, { kind: "alertmanager", url, wants: () => true }),
  );
  const { watch, world } = openWatch(receivers);
  world.findings = [finding("x")];
  world.isSilent = (url) => url.startsWith("http://silent");
  void watch.run();
  await eventually("the other is told", () => (world.told.length === 1 ? true : undefined));
  expect(world.told[0]?.[0]).toBe("http://am.test/api/v2/alerts");
});

test.each([
  "http://169.254.169.254/latest",
  "http://[fe80::1]/",
  "http://127.0.0.1:1/",
  "http://localhost:1/",
  "http://0.0.0.0:1/",
])("nothing is told at %s where the server is reached from elsewhere", async (url) => {
  await expect(postJson(url, "{}", {}, { allowsLoopback: false })).rejects.toMatchObject({ code: "forbidden" });
});

test("an alert that comes and goes again and again fills no disk, and one that stands is not told anew", async () => {
  const { step, store } = openWatch([receiver("all")]);
  for (let turn = 0; turn < 20; turn += 1) {
    await step(["x", "stands"]);
    await step(["stands"]);
  }
  store.dropBefore(0, 5);
  expect(store.resolvedSince(0)).toHaveLength(5);
  // Beyond the time for which what is over is kept.
  expect(await step(["stands"], 60 * 24 * 3_600_000)).toEqual(["all firing stands"]);
});

test("what a version before was about to tell is told once, and what it told is not told again", async () => {
  const db = new DatabaseSync(":memory:");
  migrateSqlite(db, WATCH_MIGRATIONS.slice(0, 2), "watch.db");
  for (const name of ["told", "waits"])
    db.prepare("INSERT INTO alert VALUES (?, 1, 1, NULL, 'r', '{}', '{}', 1)").run(name);
  db.exec("INSERT INTO notice VALUES ('hook', 'told', 1, 'firing', 1, 2), ('hook', 'waits', 1, 'firing', 1, NULL)");
  const store = new AlertStore(prepared(db));
  expect(store.untold("hook", 9, 0)).toMatchObject([
    { receiver: "hook", event: "firing", nth: 0, alert: { id: "waits" } },
  ]);
  expect(store.noticed("hook", { id: "told", activeMs: 1 })).toEqual({ firing: 1, toldMs: 2 });
  expect(store.noticed("hook", { id: "waits", activeMs: 1 })).toEqual({ firing: 1, toldMs: null });
});
