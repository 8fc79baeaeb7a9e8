import type { EachCheck } from "#core/check/rule.ts";
import { listEndpointLabels } from "#core/kinds/destination-rule/checks/list-endpoint-labels.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Envoy's, where nothing else is said. */
const PERCENT = 10;

/** Envoy ejects an endpoint only where it is not more than so many percent of all: a tenth of nine is nobody. */
export const ejectsNobody: EachCheck<"DestinationRule"> = {
  code: "ejects-nobody",
  summary:
    "A DestinationRule has `outlierDetection` with a `maxEjectionPercent` (10 where it is left out) that is less than one endpoint: none is ejected, and nothing fails over.",
  each: (resource, context) => {
    const { spec, metadata } = resource;
    const name = context.hosts.resolve(spec.host, metadata.namespace);
    const service = context.hosts.find(name, metadata.namespace);
    const labels = service === undefined ? [] : listEndpointLabels(context, service);
    const places: readonly (readonly [TrafficPolicy | undefined, number, Path])[] = [
      [spec.trafficPolicy, labels.length, ["spec", "trafficPolicy"]],
      ...(spec.subsets ?? []).map((subset, index) => {
        const count = labels.filter((each) => matchesLabels(each, subset.labels)).length;
        return [subset.trafficPolicy, count, ["spec", "subsets", index, "trafficPolicy"]] as const;
      }),
    ];
    return places.flatMap(([policy, count, path]) =>
      detectionsIn(policy, path).flatMap(([percent, at]) =>
        // One endpoint has nobody to go over to.
        count < 2 || 100 / count <= percent
          ? []
          : [
              {
                severity: "warning" as const,
                resource: formatRef(refOf(resource)),
                path: at,
                message: `no endpoint of ${name} is ever ejected: one of ${count} is more than ${percent} % (maxEjectionPercent)`,
                hint: `set maxEjectionPercent: 100, or at least ${Math.ceil(100 / count)}`,
              },
            ],
      ),
    );
  },
};

/** Each `outlierDetection` of a policy, with the percent that it may eject. */
function detectionsIn(policy: TrafficPolicy | undefined, path: Path): readonly (readonly [number, Path])[] {
  const ports = (policy?.portLevelSettings ?? []).map(
    ({ outlierDetection }, index) => [outlierDetection, [...path, "portLevelSettings", index]] as const,
  );
  return [[policy?.outlierDetection, path] as const, ...ports].flatMap(([detection, at]) =>
    detection === undefined ? [] : [[detection.maxEjectionPercent || PERCENT, [...at, "outlierDetection"]] as const],
  );
}
