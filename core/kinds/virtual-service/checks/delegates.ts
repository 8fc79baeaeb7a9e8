import type { Finding, KindCheck } from "#core/check/rule.ts";
import { delegateOf, mergeHttpRoutes, whyNoDelegate, withWholeNames } from "#core/resolve/delegates.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Service = Resource<"VirtualService">;

/** A rule whose delegate cannot be used is as if it were not there: other rules, or none, take its requests. */
export const delegates: KindCheck<"VirtualService"> = {
  code: "delegate-not-usable",
  summary:
    "A VirtualService delegates to one that does not exist, has hosts, is not exported to its namespace, or has a rule that asks for what the delegating one keeps out.",
  check(services, { mesh }) {
    const byName = new Map(services.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
    return services.flatMap((root) =>
      (root.spec.http ?? []).flatMap((http, index): Finding[] => {
        const ref = delegateOf(http, root.metadata.namespace);
        if (ref === undefined || (root.spec.hosts ?? []).length === 0) return [];
        const delegate = byName.get(ref.join("/"));
        const why = whyNoDelegate(delegate, root.metadata.namespace);
        if (why !== undefined) return [unusable(root, index, ref.join("/"), why)];
        return delegate === undefined ? [] : conflicts(root, index, delegate, mesh.domainSuffix);
      }),
    );
  },
};

function unusable(root: Service, index: number, name: string, why: "missing" | "has-hosts" | "not-exported"): Finding {
  const { namespace } = root.metadata;
  const [message, hint] = {
    missing: [`there is no VirtualService ${name} to delegate to`, "apply it, or name its namespace"],
    "has-hosts": [`the VirtualService ${name} has hosts, and only one without is delegated to`, "remove its hosts"],
    "not-exported": [
      `the VirtualService ${name} is not exported to namespace ${namespace}`,
      `add ${namespace} to its exportTo`,
    ],
  }[why];
  return {
    severity: "error",
    resource: formatRef(refOf(root)),
    path: ["spec", "http", index, "delegate"],
    message: `${message}: the rule is left out`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Told of the delegate's rules: these are left out. */
function conflicts(root: Service, rootIndex: number, delegate: Service, domainSuffix: string): Finding[] {
  const outer = root.spec.http?.[rootIndex];
  if (outer === undefined) return [];
  const whole = withWholeNames(outer, root.metadata.namespace, domainSuffix);
  return (delegate.spec.http ?? []).flatMap((inner, index) =>
    mergeHttpRoutes(whole, withWholeNames(inner, delegate.metadata.namespace, domainSuffix)) !== undefined
      ? []
      : [
          {
            severity: "warning" as const,
            resource: formatRef(refOf(delegate)),
            path: ["spec", "http", index, "match"],
            message: `the rule is left out where ${formatRef(refOf(root))} delegates to it: one of its matches lies within none of spec.http[${rootIndex}].match there`,
            hint: "let each match ask for no less than one of those",
          },
        ],
  );
}
