import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { decodeGrants, encodeDraws } from "#proto/lease-codec.ts";
import { makeLeases } from "#server/compose/make-leases.ts";
import { silentLogger } from "#testing/loggers.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});
function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "pharos-limits-"));
  dirs.push(dir);
  return dir;
}

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
const CALLER = { namespace: "shop", serviceAccount: "web" };

function open(dir: string, yaml: string) {
  const { resources } = parseDocuments(yaml);
  const snapshot: Snapshot = {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 1,
    },
    resources,
    instances: INSTANCES,
  };
  const find = (key: string) => INSTANCES.find(({ namespace, name }) => `${namespace}/${name}` === key);
  return makeLeases(dir, { snapshot: () => snapshot, find }, silentLogger);
}

const KEY = "shop/limit|all||";
const draw = (lease: number, needs: readonly number[], more: Partial<Draw> = {}): Draw => ({
  ...{ agent: "", key: KEY, lease, account: 0, used: 0, counted: 0, spent: [], idle: 0, pending: 0, needs, want: 0 },
  ...more,
});
const ask = (owner: ReturnType<typeof open>, of: string, draws: readonly Draw[], caller = CALLER) =>
  decodeGrants(owner.leases.handle(encodeDraws({ instance: of, run: "r", draws }), caller));

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
