import type { Snapshot } from "#core/registry/snapshot.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";

type Explain<T> = (host: string) => readonly T[];

/** What `explain` says of a host in the state as it stands, worked out once for each snapshot and host. */
export function explainOnce<T>(state: { snapshot(): Snapshot }, explain: Explain<T>): Explain<T> {
  const known = perSnapshot(() => new Map<string, readonly T[]>());
  return (host) => {
    const byHost = known(state.snapshot());
    const found = byHost.get(host) ?? explain(host);
    byHost.set(host, found);
    return found;
  };
}
