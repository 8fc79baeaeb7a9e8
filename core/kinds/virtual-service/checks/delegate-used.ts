import type { KindCheck } from "#core/check/rule.ts";
import { delegateOf } from "#core/resolve/delegates.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Without hosts it routes nothing by itself: most often the hosts were forgotten. */
export const delegateUsed: KindCheck<"VirtualService"> = {
  code: "delegate-not-used",
  summary: "A VirtualService has no hosts, and none delegates to it: its rules apply nowhere.",
  check(services) {
    const used = new Set(
      services.flatMap(({ spec, metadata }) =>
        (spec.http ?? []).flatMap((http) => delegateOf(http, metadata.namespace)?.join("/") ?? []),
      ),
    );
    return services
      .filter(
        ({ spec, metadata }) => (spec.hosts ?? []).length === 0 && !used.has(`${metadata.namespace}/${metadata.name}`),
      )
      .map((service) => ({
        severity: "warning",
        resource: formatRef(refOf(service)),
        path: ["spec", "hosts"],
        message: "it has no hosts, and no VirtualService delegates to it: its rules apply nowhere",
        hint: "name its hosts, or delegate to it with http[].delegate",
      }));
  },
};
