import type { EachCheck, Finding } from "#core/check/rule.ts";
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
    // A DNS name stands for as many as it has addresses.
    const labels = service?.resolution === "static" ? listEndpointLabels(context, service, PRESENT) : [];
    // One endpoint has nobody to go over to.
    const isNobody = (percent: number, count: number): boolean => count >= 2 && 100 / count > percent;
    const find = (percent: number, count: number, path: Path, of: string): Finding => ({
      severity: "warning",
      resource: formatRef(refOf(resource)),
      path,
      message: `no endpoint of ${of} is ever ejected: one of ${count} is more than ${percent} % (maxEjectionPercent)`,
      hint: `set maxEjectionPercent: 100, or at least ${Math.ceil(100 / count)}`,
    });
    const general = detectionsIn(spec.trafficPolicy, ["spec", "trafficPolicy"]);
    return [
      ...general.flatMap(({ percent, path }) =>
        isNobody(percent, labels.length) ? [find(percent, labels.length, path, name)] : [],
      ),
      ...(spec.subsets ?? []).flatMap((subset, index) => {
        const count = labels.filter((each) => matchesLabels(each, subset.labels)).length;
        const own = detectionsIn(subset.trafficPolicy, ["spec", "subsets", index, "trafficPolicy"]);
        // Of the whole service it has been told already.
        const inherited = general.filter(
          ({ percent, port }) => isInherited(subset.trafficPolicy, port) && !isNobody(percent, labels.length),
        );
        return [...own, ...inherited].flatMap(({ percent, path }) =>
          isNobody(percent, count) ? [find(percent, count, path, `subset ${subset.name} of ${name}`)] : [],
        );
      }),
    ];
  },
};

const PRESENT = ["registered", "written"] as const;

/** Whether a subset has the detection of the policy around it, or that one's of a port. */
function isInherited(own: TrafficPolicy | undefined, port: number | undefined): boolean {
  if (own?.outlierDetection !== undefined) return false;
  return port === undefined || !(own?.portLevelSettings ?? []).some((each) => each.port?.number === port);
}

interface Detection {
  /** That it may eject. */
  readonly percent: number;
  readonly path: Path;
  /** Of which alone it is. */
  readonly port: number | undefined;
}

function detectionsIn(policy: TrafficPolicy | undefined, path: Path): readonly Detection[] {
  const ports = (policy?.portLevelSettings ?? []).map(
    ({ outlierDetection, port }, index) =>
      [outlierDetection, [...path, "portLevelSettings", index], port?.number] as const,
  );
  return [[policy?.outlierDetection, path, undefined] as const, ...ports].flatMap(([detection, at, port]) =>
    detection === undefined
      ? []
      : [{ percent: detection.maxEjectionPercent || PERCENT, path: [...at, "outlierDetection"], port }],
  );
}
