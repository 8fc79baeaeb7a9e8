import { QueryClient } from "@tanstack/react-query";
import { isRetryable } from "#components/api/api-error.ts";

/** One per request on the server, one per tab in the browser. Data older than five seconds is asked for again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        // A machine without a network still reaches the server on its own loopback.
        networkMode: "always",
        retry: (failures, error) => failures < 2 && isRetryable(error),
        // A change of range or filter shows the last figures, dimmed, until the new ones are there.
        placeholderData: (previous: unknown) => previous,
      },
      mutations: { networkMode: "always" },
    },
  });
}
