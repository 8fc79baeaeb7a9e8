/** What a RateLimit or Quota would have refused of recorded requests. */
export interface ReplayedLimit {
  readonly kind: "Quota" | "RateLimit";
  /** `namespace/name` */
  readonly limit: string;
  /** Requests that a rule counts. */
  readonly requests: number;
  readonly refused: number;
  /** How many of `callers` sent what is refused. */
  readonly callers: number;
  /** Of each rule, what it refuses first; "" is a Quota. */
  readonly rules: readonly { readonly name: string; readonly refused: number }[];
  /** Of how many the time is recorded; the others are taken to have come evenly between these. */
  readonly timed: number;
  /** What could not be held against records, and so is left out, or is so much at most. */
  readonly caveats: readonly string[];
}
