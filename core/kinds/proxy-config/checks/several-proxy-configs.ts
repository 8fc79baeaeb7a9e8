import { findOverruled } from "#core/check/find-overruled.ts";
import type { Finding, KindCheck } from "#core/check/rule.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Of several ProxyConfigs on one level the oldest alone speaks. */
export const severalProxyConfigs: KindCheck<"ProxyConfig"> = {
  code: "several-proxy-configs",
  summary: "Two ProxyConfigs of one namespace are for the same workloads; only the older one applies to them.",
  check: (configs, context) =>
    findOverruled(configs, context).map(
      ({ resource, by: [older] }): Finding => ({
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: selectedLabels(resource) === undefined ? ["spec"] : ["spec", "selector"],
        message: `${formatRef(refOf(older))} is older and for the same workloads: it alone applies to them`,
        hint: "write both into one",
      }),
    ),
};
