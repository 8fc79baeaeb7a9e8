import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { textOfKey } from "#core/telemetry/traffic-key.ts";
import { EntryFolder } from "#mesh-agent/telemetry/fold-entries.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";
import { ReportRequestSchema, type RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { stampReport } from "#server/telemetry/ingest/stamp-report.ts";
import { fc } from "#testing/fc.ts";

const AT = 1_772_366_400_500;
const REPORTER: Reporter = {
  ...OWN,
  workload: OWN,
  services: [{ inboundPort: 15_123, host: "productpage", port: 80 }],
};

const denial = fc
  .constantFrom("ns[default]-policy[a]-rule[0]", "ns[default]-policy[b]-rule[3]", "none")
  .map((policy) => `rbac_access_denied_matched_policy[${policy}]`);
const line = fc
  .record({
    dir: fc.constantFrom("inbound", "outbound", "gateway"),
    c: fc.constantFrom(0, 200, 201, 403, 404, 429, 500, 503),
    f: fc.constantFrom("-", "UH", "UF,URX", "NR"),
    cd: fc.oneof(fc.constant("via_upstream"), denial),
    td: fc.oneof(fc.constant(null), denial),
    m: fc.constantFrom("GET", null),
    pr: fc.constantFrom("HTTP/2", null),
    ct: fc.constantFrom(null, "application/grpc"),
    g: fc.constantFrom(null, "0", "2", "14"),
    dp: fc.constantFrom(null, "spiffe://cluster.local/ns/web/sa/caller"),
    tv: fc.constantFrom(null, "TLSv1.3"),
    pw: fc.constantFrom(null, "caller-v2;web;caller;v2"),
    ra: fc.constantFrom(null, "10.0.0.1", "10.0.0.2"),
    mi: fc.constantFrom(null, "1"),
    lp: fc.constantFrom(15_123, 15_080),
  })
  .map(lineOf);

/** Requests by what the control plane counts them under once it has room for no more labels. */
function countFolded(windows: readonly RequestWindow[]): ReadonlyMap<string, number> {
  const report = create(ReportRequestSchema, { windows: [...windows] });
  const stamped = stampReport(report, REPORTER, AT);
  expect(stamped.refused).toEqual([]);
  const { labelsOf } = new LabelBook({ perOwner: 0, inSum: 0 }).begin();
  const counts = new Map<string, number>();
  for (const { key, count } of stamped.windows) {
    const text = textOfKey(labelsOf(key));
    counts.set(text, (counts.get(text) ?? 0) + count);
  }
  return counts;
}

test("an agent without room folds as the control plane without room does", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 200 }), (lines) => {
      const roomy = new EntryFolder(OWN);
      for (const each of lines) roomy.addLine(each);
      const full = new EntryFolder(OWN, Math.random, Date.now, 0);
      for (const each of lines) full.addLine(each);
      expect(countFolded(full.take().windows)).toEqual(countFolded(roomy.take().windows));
    }),
    { numRuns: 40 },
  );
});
