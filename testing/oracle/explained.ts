import type { Difference } from "#testing/oracle/area.ts";
import { EXPLAINED_CLUSTERS } from "#testing/oracle/explained-clusters.ts";
import type { Explained } from "#testing/oracle/explained-difference.ts";
import { EXPLAINED_ROUTES } from "#testing/oracle/explained-routes.ts";
import { EXPLAINED_VALIDATION } from "#testing/oracle/explained-validation.ts";

const EXPLAINED: readonly Explained[] = [...EXPLAINED_VALIDATION, ...EXPLAINED_CLUSTERS, ...EXPLAINED_ROUTES];

/** Why it is meant; undefined where it is not known to be. `text` is the case as people would write it. */
export function explain(area: string, { what, where }: Difference, text: string): Explained | undefined {
  return EXPLAINED.find(
    (each) =>
      each.area === area &&
      (each.what instanceof RegExp ? each.what.test(what) : each.what(what)) &&
      (each.where?.test(where) ?? true) &&
      (each.text?.test(text) ?? true),
  );
}
