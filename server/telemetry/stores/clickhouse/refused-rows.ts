import type { PharosError } from "#core/errors.ts";
import type { SetAside } from "#server/telemetry/ports/set-aside.ts";
import type { TableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import { isOfRows } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { GAPS, LOGS, POINTS, REQUESTS, SHAPES, SPANS, WINDOW_TABLES } from "#server/telemetry/stores/tables.ts";

/** Whose rows may be left out: others speak of the rows of these. */
const LOSABLE: ReadonlySet<string> = new Set(
  [...WINDOW_TABLES, SHAPES, REQUESTS, SPANS, LOGS, GAPS, POINTS].map(({ name }) => name),
);
/** Where more are refused of one batch, it is not the rows that are wrong: nothing is set aside. */
const REFUSED_MAX = 100;

/** By their places among a table's rows. */
export type Places = ReadonlyMap<string, ReadonlySet<number>>;

/** Says which rows ClickHouse will not take, once the others were tried. */
export class RefusedRows extends Error {
  readonly table: string;
  readonly places: ReadonlySet<number>;
  readonly why: string;
  /** What is told where they cannot be left out. */
  override readonly cause: PharosError;

  constructor(table: string, places: ReadonlySet<number>, cause: PharosError) {
    super(cause.message, { cause });
    this.table = table;
    this.places = places;
    this.why = cause.message;
    this.cause = cause;
  }

  get aside(): SetAside {
    return { table: this.table, rows: this.places.size, why: this.why };
  }
}

/**
 * Inserts rows. Where ClickHouse refuses what is in them, halves are tried until it is known which; then it rejects with RefusedRows, and what was tried is
 * in the table: its batch must not count.
 */
export async function insertRows(
  { table, columns, rows }: TableRows,
  insert: (table: string, columns: TableRows["columns"], rows: TableRows["rows"]) => Promise<void>,
): Promise<void> {
  try {
    await insert(table, columns, rows);
  } catch (error) {
    if (!isOfRows(error) || !LOSABLE.has(table)) throw error;
    const places = new Set<number>();
    let first: PharosError | undefined;
    const sieve = async (from: number, to: number): Promise<void> => {
      const failure = await insert(table, columns, rows.slice(from, to)).then(
        () => undefined,
        (each: unknown) => each,
      );
      if (failure === undefined) return;
      if (!isOfRows(failure)) throw failure;
      if (to - from > 1) {
        const middle = from + Math.floor((to - from) / 2);
        await sieve(from, middle);
        await sieve(middle, to);
        return;
      }
      first ??= failure;
      places.add(from);
      if (places.size > REFUSED_MAX) throw error;
    };
    const middle = Math.floor(rows.length / 2);
    if (middle === 0) throw new RefusedRows(table, new Set([0]), error);
    await sieve(0, middle);
    await sieve(middle, rows.length);
    throw first === undefined ? error : new RefusedRows(table, places, first);
  }
}
