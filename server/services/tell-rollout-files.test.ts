import { expect, test } from "vitest";
import type { Diagnostic } from "#core/diagnostic.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { Distribution } from "#core/view/mesh.ts";
import { FILES_TOLD_MS, tellRolloutFiles } from "#server/services/tell-rollout-files.ts";

const gateway = (tls: string) => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["*"], tls: ${tls} }]
`;
const FILES = gateway("{ mode: SIMPLE, serverCertificate: /a.crt, privateKey: /a.key }");
const WRITTEN_MS = Date.parse("2026-01-01T00:00:00Z");
const ROLLOUT: Distribution = {
  revision: 7,
  writtenAt: "2026-01-01T00:00:00Z",
  proxies: [{ id: "a", workload: "a", namespace: "default", state: "acked", ackMs: 100, refusals: [] }],
  away: [],
  isComplete: true,
};
const finding = (resource: string): Diagnostic => ({
  severity: "error",
  code: "file-not-usable",
  resource,
  message: "m",
});

const tell = (afterMs: number, text = FILES, findings: readonly Diagnostic[] = [], rollout = ROLLOUT) =>
  tellRolloutFiles(rollout, {
    findings,
    resources: () => parseDocuments(text, {}).documents.flatMap(({ resource }) => resource ?? []),
    changedBy: async () => ["Gateway/default/web"],
    nowMs: WRITTEN_MS + afterMs,
  });

test("what names files is complete once agents had the time to look at them", async () => {
  expect((await tell(100 + FILES_TOLD_MS - 1)).isComplete).toBe(false);
  expect((await tell(100 + FILES_TOLD_MS)).isComplete).toBe(true);
});

test("what they say is told at once, of what the revision changed alone", async () => {
  const own = finding("Gateway/default/web");
  const found = await tell(150, FILES, [finding("Gateway/default/other"), own]);
  expect([found.isComplete, found.findings]).toEqual([true, [own]]);
  expect((await tell(9999, FILES, [finding("Gateway/default/other")])).findings).toBeUndefined();
});

test("a warning is told at once too, and does not end the wait for an error", async () => {
  const warning: Diagnostic = { ...finding("Gateway/default/web"), severity: "warning" };
  const found = await tell(150, FILES, [warning]);
  expect([found.isComplete, found.findings]).toEqual([false, [warning]]);
  expect((await tell(9999, FILES, [warning])).isComplete).toBe(true);
});

test.each([
  ["what names no files", gateway("{ mode: ISTIO_MUTUAL }"), ROLLOUT],
  ["what no proxy is there for", FILES, { ...ROLLOUT, proxies: [] }],
])("nobody waits for %s", async (_, text, rollout) => {
  expect((await tell(0, text, [], rollout)).isComplete).toBe(true);
});
