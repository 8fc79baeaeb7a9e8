"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { Kind } from "#core/kinds/kinds.ts";

/** What becomes of a resource at proxies and their hosts comes without any edit. */
const REFRESH_MS = 15_000;

/** Every resource of some kinds with what is known of it, asked for again every 15 seconds. */
export function useResourceList(kinds: readonly Kind[]) {
  const trpc = useTRPC();
  return useQuery(trpc.config.list.queryOptions({ kinds: [...kinds] }, { refetchInterval: REFRESH_MS }));
}
