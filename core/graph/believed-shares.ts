import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";

/** Which share (0 to 1) of what a caller tells of a called end is believed of that end. */
export type BelievedShare = (row: TrafficRow) => number;

/**
 * What the called end has not seen may be told of it once more for each request that it has: that is a proxy that finds no instance, or
 * breaks the circuit, beside calls that come through.
 */
const UNSEEN_PER_SEEN = 1;

/**
 * Bounds what one caller can say of another's service. Where the called end reports, it has seen each request that reached it, with its
 * caller's certificate; what a caller tells beyond that is the caller's own trouble and stays on its edge. Where the called end tells
 * nothing (it is down, or outside of the mesh) its callers are believed.
 */
export function believedShares(rows: readonly TrafficRow[]): BelievedShare {
  const seen = new Map<string, Map<string, number>>();
  const told = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const { reporter, sourcePrincipal } = row.key;
    if (reporter === "mirror") continue;
    for (const end of endsOf(row)) add(reporter === "source" ? told : seen, end, sourcePrincipal, row.count);
  }
  return (row) => {
    if (row.key.reporter !== "source") return 1;
    const { sourcePrincipal } = row.key;
    let share = 1;
    for (const end of endsOf(row)) {
      const bySource = seen.get(end);
      if (bySource === undefined) continue;
      // Callers in plain text show the called end no certificate.
      const own = (bySource.get(sourcePrincipal) ?? 0) + (bySource.get(UNKNOWN) ?? 0);
      const most = own * (1 + UNSEEN_PER_SEEN);
      share = Math.min(share, most / (told.get(end)?.get(sourcePrincipal) ?? 1));
    }
    return share;
  };
}

/** As what the called end may be known: the service's host, and the workload. */
function endsOf({ key }: TrafficRow): string[] {
  const ends: string[] = [];
  if (key.destinationService !== UNKNOWN) ends.push(key.destinationService);
  if (key.destinationWorkload !== UNKNOWN) ends.push(`${key.destinationNamespace}/${key.destinationWorkload}`);
  return ends;
}

function add(sums: Map<string, Map<string, number>>, end: string, source: string, count: number): void {
  const bySource = sums.get(end) ?? new Map<string, number>();
  sums.set(end, bySource);
  bySource.set(source, (bySource.get(source) ?? 0) + count);
}
