import { expect, test } from "vitest";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import { readLimits } from "#core/resolve/rate-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

test.each([
  ["250ms", 250],
  ["1.5s", 1500],
  ["1m", 60_000],
  ["1h30m", 5_400_000],
])("an amount per %s is there again when that is over, and not a millisecond before", (per, ms) => {
  const { resources, diagnostics } = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: l }
spec: { rules: [{ name: a, limit: { amount: 2, per: ${per} } }] }
`);
  expect(diagnostics).toEqual([]);
  const [rule] = readLimits(ofKind(resources, "RateLimit"));
  if (rule === undefined) throw new Error("no rule");
  const meter = openMeter(rule.limit);
  meter.spend(2, 1000, 1000);
  expect([meter.room(1000 + ms - 1), meter.waitMs(1, 1000), meter.room(1000 + ms)]).toEqual([0, ms, 2]);
});
