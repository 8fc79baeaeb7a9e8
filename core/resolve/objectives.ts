import { parseDurationMs } from "#core/duration.ts";
import { expandHost } from "#core/host/host.ts";
import { codePattern } from "#core/kinds/health-policy/code-pattern.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { operationTag, type WrittenTag } from "#core/schema/cel/operation-tag.ts";

/** What an Objective asks for, in neutral words. */
export interface ObjectiveTerms {
  readonly ref: string;
  readonly namespace: string;
  readonly description: string;
  /** Whose requests, by all of these that are there. */
  readonly host: string | undefined;
  readonly workload: { readonly namespace: string; readonly name: string } | undefined;
  readonly from: { readonly namespace: string | undefined; readonly workload: string | undefined };
  readonly reporter: "source" | "destination";
  /** What proxies write of the requests that are meant; undefined where all are. */
  readonly operation: WrittenTag | undefined;
  readonly good:
    | { readonly kind: "availability"; readonly codePattern: string | undefined }
    | { readonly kind: "latency"; readonly thresholdMs: number };
  /** From 0 to 1, both excluded. */
  readonly target: number;
  readonly window:
    | { readonly rollingMs: number }
    | { readonly calendar: "Day" | "Week" | "Month"; readonly timeZone: string };
  readonly pages: boolean;
  readonly tickets: boolean;
  readonly atLeast: number;
}

export function readObjective(
  objective: Resource<"Objective">,
  { domainSuffix }: Pick<MeshSettings, "domainSuffix">,
): ObjectiveTerms {
  const { spec, metadata } = objective;
  const { service, workload, from = {}, reporter, requests, availability, latency, target, window, alerts = {} } = spec;
  return {
    ref: formatRef(refOf(objective)),
    namespace: metadata.namespace,
    description: spec.description ?? "",
    host: service === undefined ? undefined : expandHost(service, metadata.namespace, domainSuffix),
    workload: workload === undefined ? undefined : { namespace: metadata.namespace, name: workload },
    from: { namespace: from.namespace, workload: from.workload },
    reporter: reporter === "Source" ? "source" : "destination",
    operation:
      requests === undefined
        ? undefined
        : operationTag({
            methods: requests.methods ?? [],
            paths: requests.paths ?? [],
            route: requests.route && {
              resource: formatRef({ kind: "VirtualService", ...metadata, name: requests.route.virtualService }),
              name: requests.route.name,
            },
          }),
    good:
      latency === undefined
        ? {
            kind: "availability",
            codePattern: availability?.codes === undefined ? undefined : codePattern(availability.codes),
          }
        : { kind: "latency", thresholdMs: parseDurationMs(latency.threshold) ?? 0 },
    target: target / 100,
    window:
      window.calendar === undefined
        ? { rollingMs: parseDurationMs(window.rolling ?? "") ?? 0 }
        : { calendar: window.calendar, timeZone: window.timeZone ?? "UTC" },
    pages: alerts.off !== "Page" && alerts.off !== "All",
    tickets: alerts.off !== "Ticket" && alerts.off !== "All",
    atLeast: alerts.atLeast ?? 10,
  };
}
