import { at, canonical, type Json, type JsonObject, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

const PRECISION = 1000;

/**
 * By address: before how many others in line an endpoint stands, and its share among those that stand there with it. What Envoy
 * does with the weights of localities depends on whether the cluster weighs them.
 */
export function describeShares(cluster: Json, assignments: readonly Json[]): JsonObject {
  const name = textAt(cluster, "name");
  const assignment =
    textAt(cluster, "type") === "EDS"
      ? assignments.find((each) => textAt(each, "clusterName") === name)
      : at(cluster, "loadAssignment");
  const isWeighed = at(cluster, "commonLbConfig", "localityWeightedLbConfig") !== undefined;
  const groups = listAt(assignment, "endpoints").flatMap((group) => {
    const own = listAt(group, "lbEndpoints").map((each) => ({
      at: canonical(at(each, "endpoint", "address", "socketAddress", "address") ?? at(each, "endpoint", "address")),
      weight: numberAt(each, "loadBalancingWeight") ?? 1,
    }));
    const sum = own.reduce((all, { weight }) => all + weight, 0);
    const weight = isWeighed ? (numberAt(group, "loadBalancingWeight") ?? 0) : sum;
    // A locality without endpoints has no share.
    return own.length === 0 ? [] : [{ priority: numberAt(group, "priority") ?? 0, weight, sum, own }];
  });
  const priorities = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  const entries = groups.flatMap(({ priority, weight, sum, own }) => {
    const all = groups.reduce((total, each) => (each.priority === priority ? total + each.weight : total), 0);
    return own.map((each): [string, Json] => {
      const share = all === 0 ? 0 : (weight / all) * (each.weight / sum);
      return [each.at, { priority: priorities.indexOf(priority), share: Math.round(share * PRECISION) / PRECISION }];
    });
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
