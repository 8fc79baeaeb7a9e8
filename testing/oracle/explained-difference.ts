/** A difference that is meant. `docs/reference/differences.md` says it to people; the tests skip it. */
export interface Explained {
  readonly area: string;
  readonly why: string;
  /** Of the difference's `what`: as narrow as its cause allows. */
  readonly what: RegExp;
  /** Of the whole case as it is written; absent where `what` says enough. */
  readonly text?: RegExp;
}
