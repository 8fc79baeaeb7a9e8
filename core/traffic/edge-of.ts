import type { Pair } from "#core/graph/merge-reporters.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";

/** From which application to which service: versions of a caller are one, and so are those of whom it calls. */
export function edgeOf({ source, service, destination }: Pick<Pair, "source" | "service" | "destination">): string {
  const app = source.app === UNKNOWN ? source.workload : source.app;
  const caller = source.workload === UNKNOWN ? UNKNOWN : `${source.namespace}/${app}`;
  return `${caller}>${service === UNKNOWN ? `${destination.namespace}/${destination.workload}` : service}`;
}
