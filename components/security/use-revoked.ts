"use client";
import { type QueryFilters, useQueryClient } from "@tanstack/react-query";
import { readApiError } from "#components/api/api-error.ts";
import { useToast } from "#components/ui/toast.tsx";

/** What follows when a token was revoked, or was not: it is told, and the list is read anew. */
export function useRevoked(list: QueryFilters) {
  const queryClient = useQueryClient();
  const toast = useToast();
  return {
    onSuccess: () => {
      toast({ kind: "ok", title: "The token is revoked" });
      void queryClient.invalidateQueries(list);
    },
    onError: (error: unknown) =>
      toast({ kind: "bad", title: "It was not revoked", description: readApiError(error).message }),
  };
}
