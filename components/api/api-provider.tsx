"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { type ReactNode, useState } from "react";
import { fetchInTime } from "#components/api/fetch-in-time.ts";
import { createQueryClient } from "#components/api/query-client.ts";
import { TRPCProvider } from "#components/api/trpc.ts";
import type { AppRouter } from "#server/api/router.ts";

const URL_PATH = "/api/trpc";

function createClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url: URL_PATH }),
        false: httpBatchLink({ url: URL_PATH, maxURLLength: 4000, fetch: fetchInTime }),
      }),
    ],
  });
}

/** The API for everything below: queries and mutations batched, subscriptions as server-sent events. */
export function ApiProvider({ children }: { readonly children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [trpcClient] = useState(createClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
