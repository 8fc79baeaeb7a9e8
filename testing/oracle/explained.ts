import type { Difference } from "#testing/oracle/area.ts";
import { EXPLAINED_AUTHORIZATION } from "#testing/oracle/explained-authorization.ts";
import { EXPLAINED_CLUSTERS } from "#testing/oracle/explained-clusters.ts";
import { EXPLAINED_CONNECTIONS } from "#testing/oracle/explained-connections.ts";
import type { Explained } from "#testing/oracle/explained-difference.ts";
import { EXPLAINED_INBOUND } from "#testing/oracle/explained-inbound.ts";
import { EXPLAINED_LOCALITIES } from "#testing/oracle/explained-localities.ts";
import { EXPLAINED_MTLS } from "#testing/oracle/explained-mtls.ts";
import { EXPLAINED_ROUTES } from "#testing/oracle/explained-routes.ts";
import { EXPLAINED_VALIDATION } from "#testing/oracle/explained-validation.ts";

const EXPLAINED: readonly Explained[] = [
  ...EXPLAINED_VALIDATION,
  ...EXPLAINED_AUTHORIZATION,
  ...EXPLAINED_CLUSTERS,
  ...EXPLAINED_CONNECTIONS,
  ...EXPLAINED_INBOUND,
  ...EXPLAINED_LOCALITIES,
  ...EXPLAINED_MTLS,
  ...EXPLAINED_ROUTES,
];

const met = new Set<Explained>();

/** Of an area, the explanations that no difference has met so far: of too few cases, or of nothing that is so any longer. */
export function unmet(area: string): readonly string[] {
  return EXPLAINED.filter((each) => each.area === area && !met.has(each)).map(
    ({ why, what }) => `${why}: ${what instanceof RegExp ? what.source : what.name}`,
  );
}

/** Why it is meant; undefined where it is not known to be. `text` is the case as people would write it. */
export function explain(area: string, difference: Difference, text: string): Explained | undefined {
  const { what, where } = difference;
  const found = EXPLAINED.find(
    (each) =>
      each.area === area &&
      (each.what instanceof RegExp ? each.what.test(what) : each.what(what)) &&
      (each.where?.test(where) ?? true) &&
      (each.text?.test(text) ?? true) &&
      (each.holds?.(text, difference) ?? true),
  );
  if (found !== undefined) met.add(found);
  return found;
}
