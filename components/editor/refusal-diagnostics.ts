import type { Diagnostic } from "#core/diagnostic.ts";
import { parsePath } from "#core/schema/path.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";

type Refuser = Pick<ProxyStatus, "workload" | "connectedSince" | "sync" | "lastRefusal">;

/** What connected proxies refuse now, told of the objects that it was made from: by reference, one for each message. */
export function refusalDiagnostics(proxies: readonly Refuser[]): ReadonlyMap<string, readonly Diagnostic[]> {
  const told = new Map<string, Map<string, { diagnostic: Diagnostic; workloads: string[] }>>();
  for (const { workload, connectedSince, sync, lastRefusal } of proxies) {
    if (connectedSince === null || lastRefusal === null || sync[lastRefusal.type] !== "ERROR") continue;
    for (const { resource, path } of lastRefusal.origins) {
      const ofResource = told.get(resource) ?? new Map();
      told.set(resource, ofResource);
      const key = `${lastRefusal.type} ${lastRefusal.resource} ${lastRefusal.message}`;
      const known = ofResource.get(key);
      if (known !== undefined) known.workloads.push(workload);
      else
        ofResource.set(key, {
          workloads: [workload],
          diagnostic: {
            severity: "error",
            code: "refused-by-envoy",
            resource,
            ...(path === undefined ? {} : { path: parsePath(path) ?? [path] }),
            message: `envoy refused ${lastRefusal.type} ${lastRefusal.resource}: ${lastRefusal.message}`,
          },
        });
    }
  }
  return new Map(
    [...told].map(([resource, messages]) => [
      resource,
      [...messages.values()].map(({ diagnostic, workloads }) => ({
        ...diagnostic,
        hint: `at ${[...new Set(workloads)].join(", ")}, which keep their last good configuration`,
      })),
    ]),
  );
}
