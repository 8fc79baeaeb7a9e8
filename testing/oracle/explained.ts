import type { Difference } from "#testing/oracle/area.ts";
import { EXPLAINED_VALIDATION } from "#testing/oracle/explained-validation.ts";

/** A difference that is meant. `docs/reference/differences.md` says it to people; the tests skip it. */
export interface Explained {
  readonly area: string;
  readonly why: string;
  /** Of the difference's `what`: as narrow as its cause allows. */
  readonly what: RegExp;
  /** Of the whole case as it is written; absent where `what` says enough. */
  readonly text?: RegExp;
}

const EXPLAINED: readonly Explained[] = [...EXPLAINED_VALIDATION];

/** Why it is meant; undefined where it is not known to be. `text` is the case as people would write it. */
export function explain(area: string, { what }: Difference, text: string): Explained | undefined {
  return EXPLAINED.find(
    (each) => each.area === area && each.what.test(what) && (each.text === undefined || each.text.test(text)),
  );
}
