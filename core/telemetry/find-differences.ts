import type { RequestFieldName } from "#core/telemetry/request-fields.ts";

interface Counted {
  readonly field: RequestFieldName;
  readonly value: string;
  readonly rows: number;
  readonly weight: number;
}

/** A value that stands out among the selected. */
export interface Difference {
  readonly field: RequestFieldName;
  readonly value: string;
  /** Of the selected requests, and of the rest: how many rows have it, and which share of the requests that they stand for. */
  readonly selectedRows: number;
  readonly restRows: number;
  readonly selectedShare: number;
  readonly restShare: number;
}

export interface Differences {
  readonly selected: number;
  readonly rest: number;
  /** The most telling first; empty where nothing is beyond chance. */
  readonly found: readonly Difference[];
  /** Rows below which nothing is told of either side. */
  readonly rowsMin: number;
}

const ROWS_MIN = 10;
const FOUND_MAX = 12;
/** Standard errors: of a few hundred values that are looked at, one is beyond by chance in a hundred looks. */
const DEVIATIONS_MIN = 4;

/** What the selected requests are, to be told by what made them so: these say how they ended. */
export const OUTCOMES: ReadonlySet<RequestFieldName> = new Set<RequestFieldName>([
  ...(["class", "code", "flags", "policy", "grpc", "details", "duration", "failure", "sent"] as const),
]);

/** Which values the selected have more often than the rest: `all` counts both together. */
export function findDifferences(
  selected: readonly Counted[],
  all: readonly Counted[],
  total: { readonly selected: Sum; readonly all: Sum },
): Differences {
  const rest = { rows: total.all.rows - total.selected.rows, weight: total.all.weight - total.selected.weight };
  const base = { selected: total.selected.rows, rest: rest.rows, rowsMin: ROWS_MIN };
  if (total.selected.rows < ROWS_MIN || rest.rows < ROWS_MIN) return { ...base, found: [] };
  const known = new Map(all.map((each) => [`${each.field} ${each.value}`, each]));
  const found = selected.flatMap(({ field, value, rows, weight }) => {
    const both = known.get(`${field} ${value}`);
    if (both === undefined || OUTCOMES.has(field)) return [];
    const [selectedShare, restShare] = [
      weight / total.selected.weight,
      Math.max(0, both.weight - weight) / rest.weight,
    ];
    const [byRows, byRestRows] = [rows / total.selected.rows, (both.rows - rows) / rest.rows];
    const pooled = both.rows / total.all.rows;
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / total.selected.rows + 1 / rest.rows));
    const isBeyond = error > 0 && (byRows - byRestRows) / error >= DEVIATIONS_MIN && selectedShare > restShare;
    return isBeyond ? [{ field, value, selectedRows: rows, restRows: both.rows - rows, selectedShare, restShare }] : [];
  });
  found.sort((a, b) => b.selectedShare - b.restShare - (a.selectedShare - a.restShare));
  return { ...base, found: found.slice(0, FOUND_MAX) };
}

interface Sum {
  readonly rows: number;
  readonly weight: number;
}
