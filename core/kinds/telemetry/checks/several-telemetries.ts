import type { Finding, KindCheck } from "#core/check/rule.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Of several Telemetries on one level the oldest alone speaks. */
export const severalTelemetries: KindCheck<"Telemetry"> = {
  code: "several-telemetries",
  summary: "Two Telemetries of one namespace are for the same workloads; only the older one applies to them.",
  check(all, { select }) {
    const findings: Finding[] = [];
    for (const own of Map.groupBy([...all].sort(byAge), ({ metadata }) => metadata.namespace).values()) {
      let wide: Resource<"Telemetry"> | undefined;
      const speaking = new Map<unknown, Resource<"Telemetry">>();
      for (const each of own) {
        const labels = each.spec.selector?.matchLabels ?? {};
        if (Object.keys(labels).length === 0) {
          if (wide !== undefined) findings.push(overruled(each, ["spec"], wide));
          wide ??= each;
          continue;
        }
        const selected = select(labels, each.metadata.namespace);
        const older = selected.map((workload) => speaking.get(workload)).find((found) => found !== undefined);
        if (older !== undefined) findings.push(overruled(each, ["spec", "selector"], older));
        for (const workload of selected) if (!speaking.has(workload)) speaking.set(workload, each);
      }
    }
    return findings;
  },
};

function overruled(resource: Resource<"Telemetry">, path: Finding["path"], older: Resource<"Telemetry">): Finding {
  return {
    severity: "warning",
    resource: formatRef(refOf(resource)),
    path,
    message: `${formatRef(refOf(older))} is older and for the same workloads: it alone applies to them`,
    hint: "write both into one",
  };
}
