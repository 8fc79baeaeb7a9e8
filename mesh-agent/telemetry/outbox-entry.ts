/** What one report carries beside its number: serialized fields of ReportRequest. */
export interface OutboxEntry {
  readonly sequence: number;
  readonly createdMs: number;
  /** Windows and gaps. */
  readonly counts: Uint8Array;
  /** Samples and spans: the first to go when room is short. Null once they went. */
  readonly extras: Uint8Array | null;
  /** Requests that the windows count. */
  readonly requests: number;
}
