/** What an edit began from. */
export interface DraftBase {
  /** Null for a new resource. */
  readonly ref: string | null;
  readonly text: string;
  readonly resourceVersion: number | null;
}
