import type { Holds } from "#testing/oracle/written-case.ts";

/** A difference that is meant. `docs/reference/differences.md` says it to people; the tests skip it. */
export interface Explained {
  readonly area: string;
  readonly why: string;
  /** Of the difference's `what`: as narrow as its cause allows. */
  readonly what: RegExp | ((what: string) => boolean);
  /** Of its `where`; absent where that does not matter. */
  readonly where?: RegExp;
  /** Of the whole case as it is written; absent where `what` says enough. */
  readonly text?: RegExp;
  /** The same, where no pattern can say it. */
  readonly holds?: Holds;
}
