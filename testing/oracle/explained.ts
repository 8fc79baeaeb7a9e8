import type { Difference } from "#testing/oracle/area.ts";
import type { Explained } from "#testing/oracle/explained-difference.ts";
import { EXPLAINED_VALIDATION } from "#testing/oracle/explained-validation.ts";

const EXPLAINED: readonly Explained[] = [...EXPLAINED_VALIDATION];

/** Why it is meant; undefined where it is not known to be. `text` is the case as people would write it. */
export function explain(area: string, { what }: Difference, text: string): Explained | undefined {
  return EXPLAINED.find(
    (each) => each.area === area && each.what.test(what) && (each.text === undefined || each.text.test(text)),
  );
}
