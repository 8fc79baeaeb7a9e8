"use client";
import { FlaskConical, ListTree } from "lucide-react";
import Link from "next/link";
import { resourceHref } from "#components/format/resource-href.ts";
import { describeRequest } from "#components/requests/describe-request.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestCauseView } from "#core/view/requests.ts";

/** Why a request ended as it did, and all that is known of it. */
export function RequestFacts({
  request,
  causes,
}: {
  readonly request: RequestRecord;
  readonly causes: readonly RequestCauseView[];
}) {
  return (
    <div className="flex flex-col gap-4">
      {causes.map((cause) => (
        <Cause key={`${cause.title} ${cause.text}`} {...cause} />
      ))}
      <DefinitionList items={describeRequest(request)} />
    </div>
  );
}

/** To its trace, and to what would become of another like it. */
export function RequestWays({
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
