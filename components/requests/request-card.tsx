"use client";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical, ListTree, X } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { describeRequest } from "#components/requests/describe-request.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestCauseView } from "#core/view/requests.ts";

/** One request: why it ended as it did, and all that is known of it. */
export function RequestCard({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const detail = useQuery(useTRPC().requests.get.queryOptions({ id }, { staleTime: 60_000, retry: false }));
  return (
    <Card
      testId="request-detail"
      title="Request"
      actions={
        <>
          {detail.data === undefined ? null : <Ways {...detail.data.request} />}
          <Button size="icon" variant="ghost" aria-label="Close the request" onClick={onClose}>
            <X aria-hidden />
          </Button>
        </>
      }
    >
      <QueryView query={detail} what="this request" skeleton={<SkeletonRows rows={6} />}>
        {({ request, causes }) => (
          <div className="flex flex-col gap-4">
            {causes.map((cause) => (
              <Cause key={`${cause.title} ${cause.text}`} {...cause} />
            ))}
            <DefinitionList items={describeRequest(request)} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function Ways({
  traceId,
  method,
  path,
  destinationService,
  destinationPort,
  sourceWorkload,
  sourceNamespace,
}: RequestRecord) {
  const port = destinationPort === 80 || destinationPort === 0 ? "" : `:${destinationPort}`;
  const asked = new URLSearchParams({ method, url: `http://${destinationService}${port}${path}` });
  if (sourceWorkload !== "unknown") asked.set("from", `${sourceWorkload}.${sourceNamespace}`);
  return (
    <>
      {traceId === null ? null : (
        <ButtonLink size="sm" href={`/traces/${traceId}`}>
          <ListTree aria-hidden /> Trace
        </ButtonLink>
      )}
      <ButtonLink size="sm" href={`/simulate?${asked.toString()}`}>
        <FlaskConical aria-hidden /> Simulate
      </ButtonLink>
    </>
  );
}

function Cause({ title, text, refs }: RequestCauseView) {
  return (
    <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
      <p className="font-medium text-ink">{title}</p>
      <p className="text-muted">{text}</p>
      {refs.map(({ ref, path, line, revision, author, reason }) => (
        <p key={ref} className="mt-1 text-muted text-xs [overflow-wrap:anywhere]">
          <Link href={resourceHref(ref)} className="rounded-sm text-accent-text underline">
            {ref}
          </Link>
          {path === undefined ? "" : `, ${path}`}
          {line === undefined ? "" : ` (line ${line})`}
          {revision === undefined ? null : (
            <>
              , by{" "}
              <Link href={`/changes/${revision}`} className="rounded-sm text-accent-text underline">
                revision {revision}
              </Link>{" "}
              of {author}
              {reason === undefined || reason === "" ? "" : `: ${reason}`}
            </>
          )}
        </p>
      ))}
    </div>
  );
}
