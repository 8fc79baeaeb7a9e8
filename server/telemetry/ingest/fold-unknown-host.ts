import { UNKNOWN } from "#core/model/workload-label.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

/**
 * A window or sample that names a host of the mesh: any other counts as the one service "unknown", as in Istio's metrics, and the
 * samples' authorities say which they were. A caller can make up a name for each request.
 */
export function foldUnknownHost<R extends { readonly destinationService: string }>(
  row: R,
  { knownHost }: Pick<Reporter, "knownHost">,
): R {
  const said = row.destinationService;
  if (knownHost === undefined || said === "" || said === UNKNOWN) return row;
  const host = knownHost(said);
  if (host === said) return row;
  return host === undefined
    ? { ...row, destinationService: UNKNOWN, ...("destinationPort" in row ? { destinationPort: 0 } : {}) }
    : { ...row, destinationService: host };
}
