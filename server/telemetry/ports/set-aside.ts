/** Rows that a store cannot hold, and could not however often they came: what came with them is stored without them. */
export interface SetAside {
  readonly table: string;
  readonly rows: number;
  /** Of the first. */
  readonly why: string;
}
