import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** What counts requests of nobody is always met. */
export const objectiveTargetFound: EachCheck<"Objective"> = {
  code: "objective-target-not-found",
  summary: "An Objective is about a service that no object declares.",
  each(objective, { hosts }) {
    const { metadata, spec } = objective;
    if (spec.service === undefined) return [];
    const host = hosts.resolve(spec.service, metadata.namespace);
    if (hosts.has(host)) return [];
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(objective)),
        path: ["spec", "service"],
        message: `no service ${host} is declared: nothing is counted`,
        hint: "name one that the list of services shows",
      },
    ];
  },
};
