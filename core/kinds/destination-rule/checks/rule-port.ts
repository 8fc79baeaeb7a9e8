import type { EachCheck, Finding } from "#core/check/rule.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Settings of one port are the service's port, not the application's; of a wildcard there are many services. */
export const rulePort: EachCheck<"DestinationRule"> = {
  code: "rule-port-not-found",
  summary: "A DestinationRule has settings for a port that its service does not have.",
  each: (resource, { hosts }) => {
    const { spec, metadata } = resource;
    const name = hosts.resolve(spec.host, metadata.namespace);
    const known = hosts.find(name, metadata.namespace)?.ports.map(({ number }) => number);
    if (known === undefined) return [];
    const unknownIn = (policy: Pick<TrafficPolicy, "portLevelSettings"> | undefined, path: Path): Finding[] =>
      (policy?.portLevelSettings ?? []).flatMap(({ port }, index): Finding[] =>
        port?.number === undefined || known.includes(port.number)
          ? []
          : [
              {
                severity: "warning",
                resource: formatRef(refOf(resource)),
                path: [...path, "portLevelSettings", index, "port", "number"],
                message: `the service ${name} has no port ${port.number}: these settings apply to nothing`,
                hint: `its ports are ${known.join(", ")}`,
              },
            ],
      );
    return [
      ...unknownIn(spec.trafficPolicy, ["spec", "trafficPolicy"]),
      ...(spec.subsets ?? []).flatMap(({ trafficPolicy }, index) =>
        unknownIn(trafficPolicy, ["spec", "subsets", index, "trafficPolicy"]),
      ),
    ];
  },
};
