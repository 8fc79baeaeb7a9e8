import { expect, test } from "vitest";
import { memorySource } from "#core/promql/testing/memory-source.ts";
import type { WrittenRule } from "#core/resolve/alerting.ts";
import { readReceivers } from "#core/resolve/alerting.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { RuleTurns } from "#server/watch/evaluate-rules.ts";

const SERIES = memorySource(
  ["x", "y"].map((name) => ({ labels: { __name__: "up", name }, samples: [[1000, 1]] as const })),
);
const rule = (more: Partial<WrittenRule> = {}): WrittenRule => ({
  ...{ ref: "AlertRule/a/r", namespace: "a", name: "r", expr: "up", forMs: 0, labels: {}, annotations: {} },
  ...more,
});

test("each series is an alert, and what cannot be asked keeps no other rule from being asked", async () => {
  const [clash, fine] = await new RuleTurns(Date.now).evaluate(
    [rule({ labels: { name: "both" } }), rule()],
    SERIES,
    1000,
  );
  expect(fine?.findings.map(({ labels }) => labels)).toEqual([
    { name: "x", alertname: "r" },
    { name: "y", alertname: "r" },
  ]);
  // Prometheus refuses it too: one alert would stand for two.
  expect(clash).toMatchObject({
    findings: [],
    error: expect.stringContaining("two of its series have the same labels"),
  });
});

test("a matcher of a label that an alert has not finds it empty, whatever the label is called", () => {
  const { resources } = parseDocuments(
    `apiVersion: observe.pharos.dev/v1\nkind: AlertReceiver\nmetadata: { name: r, namespace: a }\nspec: { webhook: { url: "http://a.test" }, matchers: [{ name: constructor, op: "=~", value: "(é)?" }, { name: toString }] }\n`,
  );
  const [receiver] = readReceivers({ resources });
  expect(receiver?.wants({ alertname: "r" })).toBe(true);
  expect(receiver?.wants({ alertname: "r", toString: "x" })).toBe(false);
  expect(receiver?.wants({ alertname: "r", constructor: "é" })).toBe(true);
});
