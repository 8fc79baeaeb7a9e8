import { spokenTo } from "#testing/oracle/envoy/describe-tls.ts";
import { at, canonical, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

/** Where a cluster's requests go: addresses, by what part of them, and what is spoken to each. */
export function describeEndpoints(cluster: Json, assignments: readonly Json[]): Json {
  const name = textAt(cluster, "name");
  const assignment =
    textAt(cluster, "type") === "EDS"
      ? assignments.find((each) => textAt(each, "clusterName") === name)
      : at(cluster, "loadAssignment");
  const all = listAt(assignment, "endpoints").flatMap((group) =>
    listAt(group, "lbEndpoints").map((each) => ({
      at: at(each, "endpoint", "address", "socketAddress") ?? at(each, "endpoint", "address"),
      weight: numberAt(each, "loadBalancingWeight") ?? 1,
      speaks: spokenTo(cluster, each),
      priority: numberAt(group, "priority") ?? 0,
    })),
  );
  if (textAt(cluster, "type") === "ORIGINAL_DST")
    return [{ at: "as the caller says", speaks: spokenTo(cluster, undefined) }];
  return all.sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}
