import type { CheckContext } from "#core/check/context.ts";
import type { CheckRule, Finding } from "#core/check/rule.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Policies, gateways and rules that select no workload do nothing. */
export const selectorMatchesNothing: CheckRule = {
  code: "selector-matches-nothing",
  kiali: "KIA0004",
  summary: "A selector is on no workload that is known.",
  check: (context) => [
    ...context
      .of("AuthorizationPolicy")
      .flatMap((resource) => check(context, resource, resource.spec.selector?.matchLabels, ["spec", "selector"])),
    ...context
      .of("PeerAuthentication")
      .flatMap((resource) => check(context, resource, resource.spec.selector?.matchLabels, ["spec", "selector"])),
    ...context
      .of("ServiceEntry")
      .flatMap((resource) =>
        check(context, resource, resource.spec.workloadSelector?.labels, ["spec", "workloadSelector"]),
      ),
    ...context
      .of("Gateway")
      .flatMap((resource) => check(context, resource, resource.spec.selector, ["spec", "selector"], true)),
  ],
};

function check(
  { select, snapshot }: CheckContext,
  resource: AnyResource,
  selector: Readonly<Record<string, string>> | undefined,
  path: Path,
  isAnywhere = false,
): Finding[] {
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const { namespace } = resource.metadata;
  const everywhere = isAnywhere || (namespace === snapshot.mesh.rootNamespace && resource.kind !== "ServiceEntry");
  if (select(selector, everywhere ? undefined : namespace).length > 0) return [];
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  const where = everywhere ? "" : ` in namespace ${namespace}`;
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(resource)),
      path,
      message: `no workload${where} has the labels ${labels.join(", ")}`,
      hint: "correct the labels, or apply a WorkloadGroup that has them",
    },
  ];
}
