import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { encodeDraws } from "#proto/lease-codec.ts";
import { LeaseDesk } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";
import { openSoftAlerts } from "#server/limits/soft-alerts.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SECRET = "s3cret";
const KEY = 'shop/monthly|Quota@gold||["acme"]';

/** Answers with 500 where it fails at the n-th, of 1. */
async function openWebhook(fails: (nth: number, body: string) => boolean) {
  const told: { readonly body: string; readonly id: unknown; readonly signature: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      const { "idempotency-key": id, "x-pharos-signature": signature } = request.headers;
      told.push({ body, id, signature });
      response.writeHead(fails(told.length, body) ? 500 : 204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const AT_MS = Date.now();

function reach(store: LeaseStore, used: number, reached: readonly number[], atMs = AT_MS): void {
  const entry = { startMs: 0, endMs: 1e9, amount: 100, used, carried: 0, added: 0 };
  const change = { what: "draw" as const, units: 1, author: "shop/web-0 r", lease: 1, reason: "" };
  store.write({ nowMs: 0, calendarMs: 0 }, [], [], [{ key: KEY, atMs, entries: [entry], held: 0, change, reached }]);
}

test("each percent is told once in a period, again where it was not taken, also by the next server, and signed", async () => {
  const store = new LeaseStore(new DatabaseSync(":memory:"));
  const { told, url } = await openWebhook((nth) => nth === 1);
  const open = () => {
    const alerts = openSoftAlerts({ url, secret: SECRET, ledger: store.ledger, log: silentLogger, everyMs: 5 });
    cleanup.add(() => alerts.close());
    alerts.start();
    return alerts;
  };
  reach(store, 80, [80]);
  reach(store, 81, [80]);
  const first = open();
  await eventually("it is taken", () => (store.ledger.untold(9).length === 0 ? true : undefined));
  first.close();
  // Refused once, and then taken.
  expect(told.map(({ id }) => id)).toEqual([told[0]?.id, told[0]?.id]);
  reach(store, 96, [80, 95]);
  open();
  await eventually("the next is taken", () => (store.ledger.untold(9).length === 0 ? true : undefined));
  expect(told).toHaveLength(3);
  expect(JSON.parse(told[2]?.body ?? "")).toEqual({
    ...{ event: "quota.soft", quota: "shop/monthly", plan: "gold", consumer: "acme", percent: 95, used: 96 },
    ...{ amount: 100, periodStartsAt: "1970-01-01T00:00:00.000Z", at: new Date(AT_MS).toISOString() },
  });
  for (const { body, signature } of told)
    expect(signature).toBe(`sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`);
});

test("one that is never taken stands in nobody's way, and of what is long over nobody hears", async () => {
  const store = new LeaseStore(new DatabaseSync(":memory:"));
  const isRefused = (body: string): boolean => body.includes('"percent":80');
  const { told, url } = await openWebhook((_, body) => isRefused(body));
  reach(store, 70, [70], AT_MS - 2 * 24 * 3_600_000);
  reach(store, 80, [80]);
  reach(store, 95, [95], AT_MS + 1);
  const alerts = openSoftAlerts({ url, ledger: store.ledger, log: silentLogger, everyMs: 5 });
  cleanup.add(() => alerts.close());
  alerts.start();
  const percents = (): number[] => told.map(({ body }) => (JSON.parse(body) as { percent: number }).percent);
  await eventually("it is told again", () => (percents().lastIndexOf(80) > 1 ? true : undefined));
  expect(new Set(percents())).toEqual(new Set([80, 95]));
  expect(store.ledger.untold(9).map(({ percent }) => percent)).toEqual([70, 80]);
});

test("what an agent uses of a quota, beyond a percent of it, is posted; of one that is written in a plan with the plan", async () => {
  const { resources } = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: shop }
spec:
  consumers: [{ namespaces: [web] }]
  quotas: [{ name: own, spec: { amount: 10, period: { calendar: Month }, soft: [50, 90] } }]
`);
  const web: WorkloadInstance = {
    ...{ namespace: "shop", name: "web-0", workload: "web", labels: {}, serviceAccount: "web" },
    ...{ address: "10.0.0.1", ports: [], health: "healthy", locality: "", weight: 1 },
  };
  const mesh = { trustDomain: "a", domainSuffix: "a", rootNamespace: "root", traceSampling: 1 };
  const store = new LeaseStore(new DatabaseSync(":memory:"));
  const { told, url } = await openWebhook(() => false);
  const desk = new LeaseDesk({
    ...{ store, find: () => web, now: () => ({ nowMs: 1000, calendarMs: AT_MS }) },
    snapshot: () => ({ revision: 1, mesh, resources, instances: [web] }),
  });
  const alerts = openSoftAlerts({ url, ledger: store.ledger, log: silentLogger, everyMs: 5 });
  cleanup.add(() => alerts.close());
  alerts.start();
  const draws = [
    {
      ...{ agent: "", key: "shop/gold~own|Quota||", lease: 1, account: 0, used: 6, counted: 0 },
      ...{ spent: [{ amount: 6, agoMs: 0 }], idle: 0, pending: 0, needs: [], want: 0 },
    },
  ];
  const run = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a01";
  desk.handle(encodeDraws({ instance: "shop/web-0", run, draws }), web);
  await eventually("it is posted", () => (told.length > 0 ? true : undefined));
  expect(JSON.parse(told[0]?.body ?? "")).toMatchObject({
    ...{ event: "quota.soft", quota: "shop/gold~own", plan: "gold", percent: 50, used: 6, amount: 10 },
  });
});
