import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";

type Explain = (host: string) => readonly AppliedResource[];

/** What `explain` says of a host in the state as it stands, worked out once for each snapshot and host. */
export function explainOnce(state: { snapshot(): Snapshot }, explain: Explain): Explain {
  const known = perSnapshot(() => new Map<string, readonly AppliedResource[]>());
  return (host) => {
    const byHost = known(state.snapshot());
    const found = byHost.get(host) ?? explain(host);
    byHost.set(host, found);
    return found;
  };
}
