import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { renderMetrics } from "#node/prometheus-text.ts";
import { listLimitRules } from "#server/services/describe-limits.ts";
import { LimitCounters } from "#server/services/limit-counters.ts";

const RATE = `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: per-caller, namespace: shop }
spec: { rules: [{ name: burst, limit: { amount: 10, per: 1s } }, { name: all, limit: { amount: 100, per: 1s } }] }
`;
const QUOTA = `
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: monthly, namespace: shop }
spec: { amount: 100, period: { calendar: Month } }
`;
const rulesOf = (...documents: string[]) => listLimitRules(parseDocuments(documents.join("---")).resources);
const said = (limitedBy: string, deniedBy = "") => ({ limitedBy, deniedBy }) as TrafficKey;
const linesOf = (counters: LimitCounters) =>
  renderMetrics(counters.metrics())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const line = (labels: string, outcome: string, value: number) =>
  `pharos_limited_requests_total{${labels},outcome="${outcome}"} ${value}`;
const BURST = 'kind="RateLimit",limit="shop/per-caller",rule="burst"';
const ALL = 'kind="RateLimit",limit="shop/per-caller",rule="all"';
const MONTHLY = 'kind="Quota",limit="shop/monthly",rule=""';

test("requests are counted by rule and outcome, a plan's as the Quota's own, and a refusal once", () => {
  const rules = rulesOf(RATE, QUOTA);
  const counters = new LimitCounters(() => rules);
  expect(counters.metrics()).toEqual([]);
  const both = said("+shop/per-caller/burst ~shop/per-caller/all");
  counters.add({ key: both, count: 3 });
  counters.add({ key: both, count: 2 });
  counters.add({ key: said("+shop/monthly/Quota@gold =shop/per-caller/burst"), count: 1 });
  counters.add({ key: said("+shop/monthly/Quota"), count: 4 });
  counters.add({ key: said("-shop/per-caller/burst", "limit:shop/per-caller/burst"), count: 7 });
  counters.add({ key: said(""), count: 100 });
  expect(linesOf(counters)).toEqual([
    line(BURST, "admitted", 5),
    line(BURST, "exempt", 1),
    line(BURST, "refused", 7),
    line(ALL, "tried", 5),
    line(MONTHLY, "admitted", 5),
  ]);
});

test("rules that are not are no series, whoever names them, and one that comes again begins anew", () => {
  let rules = rulesOf(RATE);
  const counters = new LimitCounters(() => rules);
  counters.add({ key: said("+shop/per-caller/invented +shop/other/burst +shop/monthly/Quota"), count: 1 });
  expect(counters.metrics()).toEqual([]);
  const burst = said("+shop/per-caller/burst");
  counters.add({ key: burst, count: 1 });
  rules = rulesOf(QUOTA);
  counters.add({ key: burst, count: 1 });
  expect(linesOf(counters)).toEqual([]);
  rules = rulesOf(RATE);
  counters.add({ key: burst, count: 2 });
  expect(linesOf(counters)).toEqual([line(BURST, "admitted", 2)]);
});
