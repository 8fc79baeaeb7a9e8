import type { Written } from "#core/kinds/kind.ts";
import type { ObjectiveSpec } from "#core/kinds/objective/schema.ts";

export function describeObjective({ spec }: Written<ObjectiveSpec>): string {
  const { service, workload, from, target, window } = spec;
  const of = service ?? `workload ${workload}`;
  const callers =
    from === undefined ? "" : ` from ${[from.namespace, from.workload].filter((each) => each !== undefined).join("/")}`;
  return `${target} % of requests to ${of}${callers} ${describeGood(spec)}, ${describeWindow(window)}`;
}

/** "do not fail", "are answered within 250ms" */
function describeGood({ availability, latency }: ObjectiveSpec): string {
  if (latency !== undefined) return `are answered within ${latency.threshold}`;
  return availability?.codes === undefined ? "do not fail" : `do not end in ${availability.codes}`;
}

function describeWindow({ rolling, calendar = "Day", timeZone }: ObjectiveSpec["window"]): string {
  if (rolling !== undefined) return `in ${rolling}`;
  return `each ${calendar.toLowerCase()}${timeZone === undefined ? "" : ` of ${timeZone}`}`;
}
