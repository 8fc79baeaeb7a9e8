import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { createAudit } from "#server/audit/audit.ts";
import { makeLeases } from "#server/compose/make-leases.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { createAudited } from "#server/services/audited.ts";
import { createLimitService } from "#server/services/limit-service.ts";
import type { Caller } from "#server/services/services.ts";
import { silentLogger } from "#testing/loggers.ts";

const { resources } = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: daily, namespace: shop }
spec: { bucket: { key: [{ attribute: source.principal }], missing: Share }, amount: 10, period: { calendar: Day } }
---
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: shop }
spec:
  consumers: [{ namespaces: [web] }]
  quotas: [{ name: own, spec: { amount: 20, period: { once: Ever } } }]
`);
const mesh = {
  ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 1 },
};
const snapshot: Snapshot = { revision: 1, mesh, resources, instances: [] };
const KEY = 'shop/daily|Quota||["ada"]';
const ADA = { principal: { name: "ada" }, from: "192.0.2.1" } as Caller;

let dir: string;
let database: OpenDatabase;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-limits-"));
  database = await openDatabase(join(dir, "pharos.db"));
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

test("who topped up a consumer or began it anew stands in the audit trail and on the consumer's page, with why", async () => {
  const owner = makeLeases(dir, { snapshot: () => snapshot, find: () => undefined }, silentLogger);
  const audit = createAudit(database.db, silentLogger);
  const limits = createLimitService({ leases: owner.leases, ledger: owner.ledger, audited: createAudited(audit) });
  await limits.topUp({ key: KEY, units: 5, reason: "paid" }, ADA);
  await limits.reset({ key: KEY, reason: "new contract" }, ADA);
  await expect(limits.reset({ key: "shop/none|Quota||", reason: "" }, ADA)).rejects.toThrow(
    "no Quota has the consumer",
  );
  await audit.close();
  const lines = await audit.list({ limit: 10 });
  expect(
    lines.map(({ actor, action, resource, outcome, reason }) => [actor, action, resource, outcome, reason]),
  ).toEqual([
    ["ada", "quota.reset", "shop/none|Quota||", "failed", expect.stringContaining("no Quota has the consumer")],
    ["ada", "quota.reset", KEY, "allowed", "new contract"],
    ["ada", "quota.topUp", KEY, "allowed", "5 units: paid"],
  ]);
  const { changes, left } = limits.consumer(KEY);
  expect(left).toBe(15);
  expect(changes.map(({ what, units, author, reason }) => [what, units, author, reason])).toEqual([
    ["reset", 0, "ada", "new contract"],
    ["top-up", 5, "ada", "paid"],
  ]);
  owner.close();
});

test("a quota that is written in a plan is told with the plan whose consumers it counts", async () => {
  const owner = makeLeases(dir, { snapshot: () => snapshot, find: () => undefined }, silentLogger);
  const limits = createLimitService({
    ...{ leases: owner.leases, ledger: owner.ledger },
    audited: (_, work) => work(),
  });
  expect(
    limits.rules().map(({ kind, namespace, name, plan, amount }) => [kind, namespace, name, plan, amount]),
  ).toEqual([
    ["Quota", "shop", "daily", null, 10],
    ["Quota", "shop", "gold~own", "gold", 20],
  ]);
  expect(limits.consumer("shop/gold~own|Quota||")).toMatchObject({ kind: "Quota", subject: "", left: 20 });
  owner.close();
});
