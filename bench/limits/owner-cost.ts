import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Admissions } from "#core/rate-limit/admissions.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { LeaseOwner } from "#core/rate-limit/lease-owner.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatLimitKey } from "#node/limit-key.ts";
import { encodeDraws } from "#proto/lease-codec.ts";
import { LeaseDesk } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";

const KEYS = 100_000;
const RULES = `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: bench, namespace: default }
spec:
  rules:
    - name: tenant
      bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Share, keysMax: 1000000 }
      limit: { amount: 1000, per: 1h }
`;
const INSTANCE: WorkloadInstance = {
  ...{ namespace: "default", name: "api-0", workload: "api", labels: { app: "api" }, serviceAccount: "api" },
  ...{ address: "127.0.0.1", ports: [], health: "healthy", locality: "", weight: 1 },
};
const CALLER = { namespace: "default", serviceAccount: "api" };

const keyOf = (index: number): string =>
  formatLimitKey({ policy: "default/bench", rule: "tenant", values: [`tenant-${index}`] });
const drawOf = (key: string, lease: number): Draw => ({
  ...{ agent: "default/api-0 run", key, lease, account: 0, used: 0, counted: 0, spent: [], idle: 0, pending: 0 },
  ...{ needs: [1], want: 0 },
});

function heapMb(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Heap of 100,000 live keys, at the owner and at an agent, in MB of 10⁶ bytes. */
export function measureMemory(): { readonly ownerMb: number; readonly agentMb: number } {
  const limit = { amount: 1000, perMs: 3_600_000 };
  const before = heapMb();
  const owner = new LeaseOwner({ ttlMs: 2000, drift: 0.01, limitOf: () => limit, keysMax: KEYS });
  for (let index = 0; index < KEYS; index += 1) {
    const key = keyOf(index);
    owner.draw(drawOf(key, index), index / 100);
    owner.keyOf(key)?.written();
  }
  const ownerMb = heapMb() - before;
  const between = heapMb();
  const admissions = new Admissions({
    ...{ agent: "run", retryMs: 100, patienceMs: 2000, keysMax: KEYS },
    send: ({ key, lease }) => pending.push({ key, lease }),
  });
  const pending: { key: string; lease: number }[] = [];
  const now = { fastMs: 0, slowMs: 0 };
  for (let index = 0; index < KEYS; index += 1) {
    const charge = { key: keyOf(index), limit, cost: 1, members: 1, whenUncoordinated: "Share" as const };
    admissions.admit([charge], now, (outcome) => outcome.kind === "admitted" && outcome.settle(now));
    for (const { key, lease } of pending.splice(0))
      admissions.answer({ key, lease, granted: 8, isAmple: true, ttlMs: 2000, left: 900, waitMs: 0 }, now);
  }
  const agentMb = heapMb() - between;
  if (owner.size !== KEYS || admissions.size !== KEYS) throw new Error("not all keys are live");
  return { ownerMb, agentMb };
}

export interface OwnerRate {
  readonly draws: number;
  /** In one message. */
  readonly perMessage: number;
  readonly perSecond: number;
}

/** Draws that one owner answers in a second, each written to its disk before it is answered. */
export function measureOwner(perMessage: number, seconds: number): OwnerRate {
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-"));
  try {
    const snapshot: Snapshot = {
      revision: 1,
      mesh: {
        ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system" },
        traceSampling: 1,
      },
      resources: parseDocuments(RULES).resources,
      instances: [INSTANCE],
    };
    const desk = new LeaseDesk({
      ...{
        snapshot: () => snapshot,
        find: () => INSTANCE,
        now: () => ({ nowMs: performance.now(), calendarMs: Date.now() }),
      },
      store: new LeaseStore(new DatabaseSync(join(dir, "limits.db"))),
    });
    const run = randomUUID();
    let draws = 0;
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
      const batch = Array.from({ length: perMessage }, (_, at) => drawOf(keyOf((draws + at) % 1000), draws + at));
      desk.handle(encodeDraws({ instance: "default/api-0", run, draws: batch }), CALLER);
      draws += perMessage;
    }
    return { draws, perMessage, perSecond: (draws / (performance.now() - begun)) * 1000 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
