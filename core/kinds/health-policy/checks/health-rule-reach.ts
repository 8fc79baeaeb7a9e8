import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A rule for another namespace is for nobody, unless it stands in the root namespace. */
export const healthRuleReach: EachCheck<"HealthPolicy"> = {
  code: "health-rule-elsewhere",
  summary: "A HealthPolicy outside of the root namespace says of which namespaces a rule is: it is of its own alone.",
  each(policy, { mesh }) {
    const { metadata, spec } = policy;
    if (metadata.namespace === mesh.rootNamespace) return [];
    return spec.rules.flatMap(({ namespace }, index) =>
      namespace === undefined
        ? []
        : [
            {
              severity: "warning" as const,
              resource: formatRef(refOf(policy)),
              path: ["spec", "rules", index, "namespace"],
              message: `it holds in ${metadata.namespace} alone, whatever is written here`,
              hint: `leave it out, or write the policy in ${mesh.rootNamespace}`,
            },
          ],
    );
  },
};
