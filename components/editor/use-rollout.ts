"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { tellsNewProblems } from "#components/editor/tells-new-problems.ts";
import type { Distribution } from "#core/view/mesh.ts";

export interface Rollout {
  /** Undefined until the server said anything. */
  readonly distribution: Distribution | undefined;
  readonly error: unknown;
}

/** How a revision spreads, as acknowledgements come. Render it with the revision as key. */
export function useRollout(revision: number): Rollout {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [live, setLive] = useState<Distribution>();
  const last = useRef<Distribution>(undefined);
  const subscription = useSubscription(
    trpc.config.watch.subscriptionOptions(
      { revision },
      {
        enabled: live?.isComplete !== true,
        onData: (next) => {
          setLive(next);
          // The figures elsewhere on the page are of the same moment.
          void queryClient.invalidateQueries({ queryKey: trpc.proxies.list.queryKey() });
          void queryClient.invalidateQueries({ queryKey: trpc.config.history.queryKey() });
          const isNew = tellsNewProblems(last.current, next);
          last.current = next;
          if (!isNew) return;
          // What a proxy refuses of an object is among its problems. To ask for those has the whole configuration checked.
          void queryClient.invalidateQueries(trpc.config.get.queryFilter());
          void queryClient.invalidateQueries(trpc.config.list.queryFilter());
        },
      },
    ),
  );
  // Where events do not come through (a proxy that buffers), asking does.
  const asked = useQuery(
    trpc.config.distribution.queryOptions(
      { revision },
      {
        refetchInterval: (query) => (query.state.data?.isComplete === true ? false : 2000),
        enabled: live === undefined,
      },
    ),
  );
  return { distribution: live ?? asked.data, error: live === undefined ? (asked.error ?? subscription.error) : null };
}
