"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";

/** What the changes would do to documents, xDS and proxies. Asked anew whenever the changes or the mesh moved on. */
export function usePreview(changes: readonly ConfigChange[]) {
  const client = useTRPCClient();
  const key = JSON.stringify(changes);
  return useQuery({
    queryKey: ["editor", "preview", key],
    queryFn: ({ signal }) => client.config.preview.mutate({ changes: [...changes] }, { signal }),
    placeholderData: () => undefined,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
}
