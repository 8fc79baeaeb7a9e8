import { create, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { ReportResponseSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { describeReporter, type ReporterIdentity } from "#server/telemetry/ingest/describe-reporter.ts";
import { readReport, type ToldReport } from "#server/telemetry/ingest/read-report.ts";
import type { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";
import type { LabelMemory } from "#server/telemetry/ingest/told-labels.ts";

export interface ReportRpcOptions {
  readonly ingest: Pick<TelemetryIngest, "takeReport">;
  /** Of reports that came before. */
  readonly labels: LabelMemory;
  readonly snapshot: () => Snapshot;
  /** The instance of this name (`namespace/name`), also one that has left. */
  readonly find: (instance: string) => WorkloadInstance | undefined;
  /** The revision that was published last at a time. */
  readonly revisionAt: (atMs: number) => number | null;
  /** Told of reports that spoke for somebody else: for the audit. */
  readonly onRefused: (identity: ReporterIdentity, instance: string, reasons: readonly string[]) => void;
}

/** AgentService/Report: bytes in, bytes out, acknowledged only once stored; the identity is the caller's certificate's. */
export async function handleReport(
  options: ReportRpcOptions,
  bytes: Uint8Array,
  identity: ReporterIdentity,
): Promise<Uint8Array> {
  const { instance, taken } = take(options, bytes, identity);
  const { acknowledgedSequence, refused, reportIntervalMs } = await taken;
  if (refused.length > 0) options.onRefused(identity, instance, refused);
  return toBinary(
    ReportResponseSchema,
    create(ReportResponseSchema, {
      acknowledgedSequence: BigInt(acknowledgedSequence),
      reportIntervalMs,
      serverTimeMs: BigInt(Date.now()),
      refused: [...refused],
    }),
  );
}

/** What waits for its answer holds on to everything that it has at hand: the report as it was read is not among that. */
function take(
  { ingest, labels, find, snapshot, revisionAt }: ReportRpcOptions,
  bytes: Uint8Array,
  identity: ReporterIdentity,
) {
  const report = parseReport(bytes, identity.principal, labels);
  const { instance } = report;
  const reporter = { ...describeReporter(identity, find(instance), snapshot()), revisionAt };
  return { instance, taken: ingest.takeReport(report, reporter) };
}

function parseReport(bytes: Uint8Array, principal: string, labels: LabelMemory): ToldReport {
  const report = readReport(bytes, principal, labels);
  if (report.storeId === "" || report.storeId.length > 100 || report.sequence === 0n) {
    throw new PharosError("invalid", "the report names no store or no sequence", {
      hint: "both come from the agent's telemetry store",
    });
  }
  // Agents count reports from 1; beyond this, two sequences would be one number, and so one report.
  if (report.sequence > BigInt(Number.MAX_SAFE_INTEGER))
    throw new PharosError("invalid", `sequence: ${report.sequence} is more than ${Number.MAX_SAFE_INTEGER}`, {
      hint: "sequences come from the agent's telemetry store, which counts from 1",
    });
  return report;
}
