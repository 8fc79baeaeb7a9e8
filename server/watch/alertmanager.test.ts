import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import type { Evaluation } from "#core/alerts/alert.ts";
import { postJson } from "#server/outbox/post-json.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { AlertWatch } from "#server/watch/alert-watch.ts";
import { prepared } from "#server/watch/open-watch.ts";
import { hasAlertmanager, startAlertmanager } from "#testing/prometheus/start-alertmanager.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.skipIf(!hasAlertmanager())(
  "a real Alertmanager has what fires, and no more what is over (skipped without Debian's prometheus-alertmanager)",
  async () => {
    const { url, stop } = await startAlertmanager();
    cleanup.add(stop);
    let nowMs = Date.now() - 60_000;
    let findings: Evaluation["findings"] = [
      { labels: { alertname: "r", service: 'a "b"' }, annotations: { summary: "much" }, value: 1 },
    ];
    const watch = new AlertWatch({
      store: new AlertStore(prepared(new DatabaseSync(":memory:"))),
      evaluate: async () => [{ rule: "AlertRule/a/r", forMs: 0, findings }],
      receivers: () => [{ ref: "am", kind: "alertmanager", url, sendsResolved: true, wants: () => true }],
      revision: () => 0,
      silences: () => [],
      tellAlertmanager: async (to, body) => expect(await postJson(to, body, {}, { allowsLoopback: true })).toBe(200),
      now: () => nowMs,
    });
    const active = async (): Promise<unknown> => (await fetch(`${url}/api/v2/alerts`)).json();
    await watch.run();
    expect(watch.alertmanager("am")).toMatchObject({ error: null });
    expect(await active()).toMatchObject([
      {
        labels: { alertname: "r", service: 'a "b"' },
        annotations: { summary: "much" },
        status: { silencedBy: [] },
      },
    ]);
    findings = [];
    nowMs += 40_000;
    await watch.run();
    expect(await active()).toEqual([]);
  },
  90_000,
);
