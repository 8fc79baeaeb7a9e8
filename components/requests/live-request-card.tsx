"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { RequestFacts, RequestWays } from "#components/requests/request-facts.tsx";
import { TappedHeadersList } from "#components/requests/tapped-headers-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { TappedRequest } from "#core/telemetry/tap.ts";

/** One request that is kept nowhere but on this page. */
export function LiveRequestCard({
  request,
  onClose,
}: {
  readonly request: TappedRequest;
  readonly onClose: () => void;
}) {
  const { responseCode, responseFlags, responseCodeDetails, deniedBy, policy } = request;
  const { routeResource, routePath, upstreamFailure, revision } = request;
  const told = { responseCode, responseFlags, responseCodeDetails, deniedBy, policy };
  const causes = useQuery(
    useTRPC().requests.explain.queryOptions(
      { ...told, routeResource, routePath, upstreamFailure, revision },
      { staleTime: 60_000, retry: false },
    ),
  );
  return (
    <Card
      testId="request-detail"
      title="Request"
      actions={
        <>
          <RequestWays {...request} />
          <Button size="icon" variant="ghost" aria-label="Close the request" onClick={onClose}>
            <X aria-hidden />
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <QueryView query={causes} what="why it ended so" skeleton={<SkeletonRows rows={6} />}>
          {(found) => <RequestFacts request={request} causes={found} />}
        </QueryView>
        {request.headers === null ? null : <TappedHeadersList headers={request.headers} />}
      </div>
    </Card>
  );
}
