/** How much stands in a table of a stretch of time. */
export interface Measure {
  readonly rows: number;
  /** What is told of it: of counts the requests, of all else the rows. */
  readonly amount: number;
  /** Grows with whatever is added, and stays as it is where rows are joined. */
  readonly weight: number;
}

/** The rows of a table of a time that is over, in a file that needs no other: their labels are in it. */
export interface Segment {
  readonly table: string;
  /** Of the store that wrote it. */
  readonly schema: number;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** Its name in the folder of segments. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What is in the file. */
  readonly has: Measure;
  /** What the store held of that time when the catalog was written: less where retention has taken some away since. */
  readonly held: Measure;
}

export function sumMeasures(all: Iterable<Measure>): Measure {
  let [rows, amount, weight] = [0, 0, 0];
  for (const each of all) {
    rows += each.rows;
    amount += each.amount;
    weight += each.weight;
  }
  return { rows, amount, weight };
}
