import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** What a plan says of a rule that is not there holds for nobody. */
export const planTargetFound: EachCheck<"Plan"> = {
  code: "plan-rule-not-found",
  summary: "A Plan names a Quota, or a RateLimit's rule, that is not in its namespace.",
  each(plan, context) {
    const { metadata, spec } = plan;
    const isHere = (
      { metadata: other }: { readonly metadata: { readonly namespace: string; readonly name: string } },
      name: string,
    ) => other.namespace === metadata.namespace && other.name === name;
    const finding = (path: Path, what: string) => ({
      severity: "warning" as const,
      resource: formatRef(refOf(plan)),
      path,
      message: `there is no ${what} in namespace ${metadata.namespace}`,
      hint: "name one of this namespace, or write the Plan where it is",
    });
    const quotas = (spec.quotas ?? []).flatMap(({ name, spec: own }, index) =>
      own !== undefined || context.of("Quota").some((each) => isHere(each, name))
        ? []
        : [finding(["spec", "quotas", index, "name"], `Quota ${name}`)],
    );
    const limits = (spec.limits ?? []).flatMap(({ name, rule, spec: own }, index) => {
      if (own !== undefined) return [];
      const limit = context.of("RateLimit").find((each) => isHere(each, name));
      if (limit === undefined) return [finding(["spec", "limits", index, "name"], `RateLimit ${name}`)];
      return limit.spec.rules.some((each) => each.name === rule)
        ? []
        : [finding(["spec", "limits", index, "rule"], `rule ${rule} of RateLimit ${name}`)];
    });
    return [...quotas, ...limits];
  },
};
