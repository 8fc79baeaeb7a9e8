"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { CheckView } from "#core/view/config.ts";

const SETTLE_MS = 250;

export interface Check {
  /** Of the last state that was checked; undefined before the first. */
  readonly result: CheckView | undefined;
  readonly error: unknown;
  /** The result is of an older state than what is on the screen. */
  readonly isBehind: boolean;
}

/** Checks the changes as they stand, a moment after the last keystroke. */
export function useCheck(changes: readonly ConfigChange[], isEnabled: boolean): Check {
  const client = useTRPCClient();
  const now = JSON.stringify(changes);
  const settled = useDebounced(now, SETTLE_MS);
  const query = useQuery({
    queryKey: ["editor", "check", settled],
    queryFn: ({ signal }) => client.config.check.mutate({ changes: JSON.parse(settled) as ConfigChange[] }, { signal }),
    enabled: isEnabled && now === settled,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
    gcTime: 30_000,
  });
  return { result: query.data, error: query.error, isBehind: now !== settled || query.isFetching };
}
