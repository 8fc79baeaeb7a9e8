import type { Diagnostic } from "#core/diagnostic.ts";
import { parsePath } from "#core/schema/path.ts";
import { mayPass } from "#core/xds/passing-refusal.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";

/** Names of workloads in one sentence. */
const NAMED_MAX = 5;

/**
 * What proxies refuse now, on the objects that it was made from, at the first place of each. What was made from no object is
 * told on the proxy's own page.
 */
export function describeRefusals(refusals: readonly StandingRefusal[]): Diagnostic[] {
  return refusals.flatMap((refusal) => {
    const byObject = Map.groupBy(refusal.origins, ({ resource }) => resource);
    return Array.from(byObject, ([resource, [origin]]): Diagnostic => {
      const path = origin?.path;
      return {
        severity: "error",
        code: "refused-by-envoy",
        resource,
        ...(path === undefined ? {} : { path: parsePath(path) ?? [path] }),
        message: `envoy refused ${refusal.type} ${refusal.resource}: ${refusal.message}`,
        hint: hintOf(refusal),
      };
    });
  });
}

function hintOf({ workloads, message, isHeldWithout }: StandingRefusal): string {
  const more = workloads.length > NAMED_MAX ? ` and ${workloads.length - NAMED_MAX} more` : "";
  const again = mayPass(message) ? "; its cause is on the host, and it is offered again by itself" : "";
  const held = isHeldWithout ? "it is held without this" : "the last good configuration is kept";
  return `at ${workloads.slice(0, NAMED_MAX).join(", ")}${more}, where ${held}${again}`;
}
