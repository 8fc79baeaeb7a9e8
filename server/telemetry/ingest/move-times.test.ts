import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { moveOf } from "#server/telemetry/ingest/move-times.ts";

const NOW = 10_000_000_000;
const MINUTE = 60_000;

test.each<[string, sent: number, folded: number, move: number]>([
  ["near enough stands as it is", NOW + 5 * MINUTE, NOW + 5 * MINUTE - 1000, 0],
  ["waited for an hour with a good clock stands as it is", NOW, NOW - 60 * MINUTE, 0],
  ["ahead is moved back by the difference", NOW + 6 * MINUTE, NOW + 6 * MINUTE - 1000, -6 * MINUTE],
  ["behind is moved on by the difference", NOW - 60 * MINUTE, NOW - 61 * MINUTE, 60 * MINUTE],
  ["waited with a clock that is ahead is moved by the clock alone", NOW + 6 * MINUTE, NOW - 54 * MINUTE, -6 * MINUTE],
  [
    "was folded ahead, and the clock set right since, was folded now at the latest",
    NOW,
    NOW + 60 * MINUTE,
    -60 * MINUTE,
  ],
  ["was folded further ahead than the clock is now", NOW + 6 * MINUTE, NOW + 66 * MINUTE, -66 * MINUTE],
])("a report that %s", (_, sent, folded, move) => {
  const report = create(ReportRequestSchema, { sentAtMs: BigInt(sent), foldedAtMs: BigInt(folded) });
  expect(moveOf(report, NOW)).toBe(move);
});

test("a report that tells no clock stands as it is", () => {
  expect(moveOf(create(ReportRequestSchema), NOW)).toBe(0);
});
