"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { RequestFacts, RequestWays } from "#components/requests/request-facts.tsx";
import { TappedHeadersList } from "#components/requests/tapped-headers-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
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
  const { reporter, startMs, durationMs, requestId, grpcStatus } = request;
  const { sourceWorkload, sourceNamespace, destinationService, destinationWorkload, destinationNamespace } = request;
  const call = { reporter, startMs, durationMs, requestId, grpcStatus };
  const ends = { sourceWorkload, sourceNamespace, destinationService, destinationWorkload, destinationNamespace };
  const told = { responseCode, responseFlags, responseCodeDetails, deniedBy, policy };
  const causes = useQuery(
    useTRPC().requests.explain.queryOptions(
      { ...call, ...ends, ...told, routeResource, routePath, upstreamFailure, revision },
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
        {causes.error === null ? null : (
          <Notice tone="warn" title="Why it ended so is not known">
            {readApiError(causes.error).message}
          </Notice>
        )}
        <RequestFacts request={request} causes={causes.data ?? []} />
        {request.headers === null ? null : <TappedHeadersList headers={request.headers} />}
      </div>
    </Card>
  );
}
