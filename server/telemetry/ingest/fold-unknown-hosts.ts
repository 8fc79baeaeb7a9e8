import { UNKNOWN } from "#core/model/workload-label.ts";
import type { ReportRequest } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

/**
 * A report whose windows and samples name only hosts of the mesh: any other counts as the one service "unknown", as in
 * Istio's metrics, and the samples' authorities say which they were. A caller can make up a name for each request.
 */
export function foldUnknownHosts(report: ReportRequest, { knownHost }: Pick<Reporter, "knownHost">): ReportRequest {
  if (knownHost === undefined) return report;
  const fold = <R extends { readonly destinationService: string }>(row: R): R => {
    const said = row.destinationService;
    if (said === "" || said === UNKNOWN) return row;
    const host = knownHost(said);
    if (host === said) return row;
    return host === undefined
      ? { ...row, destinationService: UNKNOWN, ...("destinationPort" in row ? { destinationPort: 0 } : {}) }
      : { ...row, destinationService: host };
  };
  return { ...report, windows: report.windows.map(fold), samples: report.samples.map(fold) };
}
