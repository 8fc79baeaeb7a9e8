import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { readRules } from "#core/resolve/alerting.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { QueryApi } from "#server/prometheus/query-api.ts";
import type { AlertingView } from "#server/prometheus/rules-answer.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { AlertWatch } from "#server/watch/alert-watch.ts";
import { RuleTurns } from "#server/watch/evaluate-rules.ts";
import { prepared } from "#server/watch/open-watch.ts";
import { startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** One that fires, of each label an alert; one that is about to; one that finds nothing; one that cannot be asked. */
const RULES = [
  {
    name: "fires",
    expr: 'label_replace(vector(1234.5), "who", "a", "", "") or label_replace(vector(1e-07), "who", "b", "", "")',
    labels: { severity: "page", of: "{{ $labels.who }}" },
    annotations: { summary: "{{ $labels.who }} has much" },
  },
  { name: "pends", expr: "vector(-1)", for: "1h" },
  { name: "finds-nothing", expr: "vector(1) > 2", labels: { severity: "ticket" } },
  { name: "cannot-be-asked", expr: 'label_replace(vector(1), "a", "$1", "b", "(")' },
];
const YAML = RULES.map(({ name, ...spec }) =>
  JSON.stringify({
    ...{ apiVersion: "observe.pharos.dev/v1", kind: "AlertRule", metadata: { name, namespace: "shop" }, spec },
  }),
).join("\n---\n");
const ALERTMANAGER = "http://127.0.0.1:9/";

/** The answers that a server gives which has asked its rules once. */
async function ownAnswers() {
  const { resources, diagnostics } = parseDocuments(YAML);
  expect(diagnostics).toEqual([]);
  const rules = readRules({ resources });
  const watch = new AlertWatch({
    store: new AlertStore(prepared(new DatabaseSync(":memory:"))),
    ...{ revision: () => 0, receivers: () => [], silences: () => [], now: Date.now, tellAlertmanager: async () => {} },
    evaluate: (atMs) => new RuleTurns(Date.now).evaluate(rules, { select: async () => [] }, atMs),
  });
  const alerting: AlertingView = {
    ...{ rules: () => rules, standing: () => watch.standing, evaluations: () => watch.evaluations },
    alertmanagers: () => [ALERTMANAGER],
  };
  const api = new QueryApi({
    catalog: { select: async () => [], list: () => [], metadata: () => [] },
    ...{ now: Date.now, startedMs: 0, version: "test", retention: "1d", alerting },
    exemplars: async () => [],
  });
  const ask = async (path: string): Promise<unknown> => {
    const { pathname, searchParams } = new URL(path, "http://a.test");
    return JSON.parse((await api.answer(pathname, searchParams, { isGone: () => false, account: "a" })).body);
  };
  return { watch, ask };
}

/** Times are times, an error is one, and where a file lies and what is told in no order is the same anywhere. */
function comparable(of: unknown, name = ""): unknown {
  if (Array.isArray(of)) {
    const all = of.map((each) => comparable(each, name));
    return all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof of === "object" && of !== null)
    return Object.fromEntries(
      Object.entries(of)
        .map(([key, value]) => [key, comparable(value, key)] as const)
        .sort(),
    );
  if (name === "activeAt" || name === "lastEvaluation")
    return Date.parse(String(of)) > Date.now() - 3_600_000 ? "a time" : of;
  if (["evaluationTime", "file", "lastError"].includes(name)) return typeof of;
  return of;
}

test("rules, alerts and Alertmanagers are told as a real Prometheus tells the same", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-rules-"));
  cleanup.add(() => rmSync(dir, { recursive: true }));
  const rules = RULES.map(({ name, ...rule }) => ({ alert: name, ...rule }));
  writeFileSync(join(dir, "shop.yml"), JSON.stringify({ groups: [{ name: "shop", interval: "30s", rules }] }));
  const prometheus = await startPrometheus(() =>
    JSON.stringify({
      rule_files: [join(dir, "shop.yml")],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(ALERTMANAGER).host] }] }] },
    }),
  );
  cleanup.add(prometheus.stop);
  const theirs = async (path: string): Promise<unknown> => (await fetch(`${prometheus.url}${path}`)).json();
  await expect
    .poll(() => theirs("/api/v1/alerts"), { timeout: 60_000 })
    .toMatchObject({
      data: { alerts: [{}, {}, {}] },
    });
  await expect
    .poll(() => theirs("/api/v1/alertmanagers"), { timeout: 60_000 })
    .toMatchObject({
      data: { activeAlertmanagers: [{}] },
    });
  const { watch, ask } = await ownAnswers();
  await watch.run();
  for (const path of ["/api/v1/rules", "/api/v1/rules?type=alert", "/api/v1/alerts", "/api/v1/alertmanagers"])
    expect([path, comparable(await ask(path))]).toEqual([path, comparable(await theirs(path))]);
}, 150_000);

test("rules are chosen by name, group, file and type; before they were asked they are unknown", async () => {
  const { watch, ask } = await ownAnswers();
  const names = async (query: string): Promise<readonly string[]> => {
    const { data } = (await ask(`/api/v1/rules?${query}`)) as {
      data: { groups: readonly { rules: readonly { name: string; health: string; lastEvaluation: string }[] }[] };
    };
    return data.groups.flatMap(({ rules }) => rules.map(({ name, health }) => `${name} ${health}`));
  };
  expect(await names("rule_name[]=pends")).toEqual(["pends unknown"]);
  await watch.run();
  expect(await names("rule_name[]=pends&rule_name[]=fires&rule_name[]=none")).toEqual(["fires ok", "pends ok"]);
  expect(await names("rule_group[]=shop&file[]=shop&rule_name[]=cannot-be-asked")).toEqual(["cannot-be-asked err"]);
  for (const none of ["rule_group[]=other", "file[]=other", "type=record"]) expect(await names(none)).toEqual([]);
  expect(await ask("/api/v1/rules?type=other")).toMatchObject({ status: "error", errorType: "bad_data" });
});
