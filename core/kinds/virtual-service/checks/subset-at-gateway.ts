import type { CheckContext } from "#core/check/context.ts";
import type { Finding, ListCheck } from "#core/check/rule.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Rule = Resource<"VirtualService">;
/** Callers in the mesh, among the gateways that a rule is bound to. */
const MESH = "mesh";

/** A gateway follows the rules that are bound to it, and those alone: what callers in the mesh are told of a host it does not hear. */
export const subsetAtGateway: ListCheck<"VirtualService"> = {
  code: "mesh-rule-not-at-gateway",
  summary:
    "A VirtualService leads from a gateway to a whole host, of which another one chooses subsets for callers in the mesh alone (Istio's IST0140).",
  check(rules, context) {
    const choosing = listChoosing(rules, context);
    if (choosing.size === 0) return [];
    return rules.flatMap((rule) => {
      if (edgesOf(rule).length === 0) return [];
      return (rule.spec.http ?? []).flatMap(({ route = [] }, at) =>
        route.flatMap(({ destination: { host, subset } }, index): Finding[] => {
          if (subset !== undefined) return [];
          const wanted = context.hosts.resolve(host, rule.metadata.namespace);
          const others = (choosing.get(wanted) ?? []).filter((each) => each !== rule && !isBoundBeside(each, rule));
          if (others.length === 0) return [];
          const names = others.map((each) => formatRef(refOf(each))).join(", ");
          return [
            {
              severity: "info",
              resource: formatRef(refOf(rule)),
              path: ["spec", "http", at, "route", index, "destination"],
              message: `requests from the gateway go to every subset of ${host}: what ${names} says of them holds for callers in the mesh`,
              hint: "name a subset here, or write the same choice into this rule",
            },
          ];
        }),
      );
    });
  },
};

/** By whole host, those that say something of its subsets to callers in the mesh. */
function listChoosing(rules: readonly Rule[], { hosts }: CheckContext): ReadonlyMap<string, readonly Rule[]> {
  const found = new Map<string, Rule[]>();
  for (const rule of rules.filter((each) => gatewaysOf(each).includes(MESH))) {
    const { namespace } = rule.metadata;
    const chosen = new Set(
      (rule.spec.http ?? [])
        .flatMap(({ route = [] }) => route)
        .filter(({ destination }) => destination.subset !== undefined)
        .map(({ destination }) => hosts.resolve(destination.host, namespace)),
    );
    for (const host of new Set((rule.spec.hosts ?? []).map((each) => hosts.resolve(each, namespace))))
      if (chosen.has(host)) found.set(host, [...(found.get(host) ?? []), rule]);
  }
  return found;
}

/** It says what holds at the same gateway, too. */
function isBoundBeside(other: Rule, rule: Rule): boolean {
  const bound = edgesOf(other);
  return edgesOf(rule).some((key) => bound.includes(key));
}

function edgesOf(rule: Rule): readonly string[] {
  return gatewaysOf(rule).filter((key) => key !== MESH);
}
