import type { Diagnostic } from "#core/diagnostic.ts";
import type { Distribution, ProxyStatus } from "#core/view/mesh.ts";

interface Unfollowed {
  readonly revision: number;
  readonly writtenAt: string;
  readonly failures: readonly Diagnostic[];
  /** The compiler has it. */
  readonly isCompiled: boolean;
}

/**
 * How a revision spread whose roll-out nobody followed: one from before the mesh thread started, or an old one. Who holds
 * a revision now that is as new has it; that of the others is not known is no sign that they have.
 */
export function describeUnfollowed(
  { revision, writtenAt, failures, isCompiled }: Unfollowed,
  all: readonly ProxyStatus[],
): Distribution {
  const connected = all.filter(({ connectedSince }) => connectedSince !== null);
  const proxies = connected.map(({ id, workload, namespace, revision: held, lastRefusal }) => {
    const hasIt = held !== null && held >= revision;
    return {
      id,
      workload,
      namespace,
      state: hasIt ? ("acked" as const) : lastRefusal === null ? ("pending" as const) : ("refused" as const),
      ackMs: null,
      refusals: hasIt || lastRefusal === null ? [] : [lastRefusal],
    };
  });
  return {
    revision,
    writtenAt,
    proxies: isCompiled ? proxies : [],
    away: all.filter(({ connectedSince }) => connectedSince === null).map(({ id }) => id),
    ...(failures.length > 0 ? { failures } : {}),
    isComplete: isCompiled && proxies.every(({ state }) => state !== "pending"),
  };
}
