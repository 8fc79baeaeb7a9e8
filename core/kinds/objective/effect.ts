import { joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { ObjectiveSpec } from "#core/kinds/objective/schema.ts";

export function describeObjective({ spec }: Written<ObjectiveSpec>): string {
  const { service, workload, from, target, window } = spec;
  const of = service ?? `workload ${workload}`;
  const callers =
    from === undefined ? "" : ` from ${[from.namespace, from.workload].filter((each) => each !== undefined).join("/")}`;
  return `${target} % of ${describeRequests(spec)} to ${of}${callers} ${describeGood(spec)}, ${describeWindow(window)}`;
}

/** "requests", "GET and HEAD requests of /orders/{*}", "requests by route pay of VirtualService shop" */
function describeRequests({ requests: { methods = [], paths = [], route } = {} }: ObjectiveSpec): string {
  return [
    ...(methods.length === 0 ? [] : [joinWords(methods, "and")]),
    "requests",
    ...(paths.length === 0 ? [] : [`of ${joinWords(paths, "and")}`]),
    ...(route === undefined ? [] : [`by route ${route.name} of VirtualService ${route.virtualService}`]),
  ].join(" ");
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
