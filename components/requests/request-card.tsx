"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { RequestFacts, RequestWays } from "#components/requests/request-facts.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** One request that was kept. */
export function RequestCard({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const detail = useQuery(useTRPC().requests.get.queryOptions({ id }, { staleTime: 60_000, retry: false }));
  return (
    <Card
      testId="request-detail"
      title="Request"
      actions={
        <>
          {detail.data === undefined ? null : <RequestWays {...detail.data.request} />}
          <Button size="icon" variant="ghost" aria-label="Close the request" onClick={onClose}>
            <X aria-hidden />
          </Button>
        </>
      }
    >
      <QueryView query={detail} what="this request" skeleton={<SkeletonRows rows={6} />}>
        {(found) => <RequestFacts {...found} />}
      </QueryView>
    </Card>
  );
}
