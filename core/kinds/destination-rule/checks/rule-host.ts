import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

export const ruleHost: EachCheck<"DestinationRule"> = {
  code: "rule-host-not-found",
  kiali: "KIA0202",
  summary: "A DestinationRule is for a host that no ServiceEntry describes.",
  each: (resource, { hosts }) => {
    const name = hosts.resolve(resource.spec.host, resource.metadata.namespace);
    const isKnown = name === "*" || (name.startsWith("*") ? hosts.hasUnder(name.slice(1)) : hosts.has(name));
    if (isKnown) return [];
    const meant = hosts.suggest(name);
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: ["spec", "host"],
        message: `there is no service ${name}: the rule applies to nothing`,
        hint: meant === undefined ? "describe the service with a ServiceEntry" : `did you mean ${meant}?`,
      },
    ];
  },
};
