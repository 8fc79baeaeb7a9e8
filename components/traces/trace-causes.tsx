"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { explainFlags } from "#components/topology/explain-flags.ts";
import { GROWING_REFRESH_MS, isGrowing } from "#components/traces/is-growing.ts";
import { secondsSince } from "#components/traces/seconds-since.ts";
import { DenialText } from "#components/ui/denial-text.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** Why requests of a trace failed, as the proxies tell that refused or ended them: every failing request is among the samples. */
export function TraceCauses({ trace }: { readonly trace: Pick<Trace, "traceId" | "startMs" | "durationMs"> }) {
  const { traceId, startMs } = trace;
  const seconds = secondsSince(startMs, Date.now());
  const requests = useQuery(
    useTRPC().requests.list.queryOptions(
      { traceId, seconds, limit: 50 },
      {
        staleTime: 10_000,
        refetchInterval: () => (isGrowing(trace, Date.now()) ? GROWING_REFRESH_MS : false),
      },
    ),
  );
  const causes = new Map((requests.data ?? []).filter(isTold).map((request) => [keyOf(request), request]));
  if (causes.size === 0) return null;
  return (
    <Notice tone="bad" title="Why it failed" className="mb-4">
      <ul data-testid="trace-causes">
        {[...causes].map(([key, request]) => (
          <li key={key}>
            {request.responseCode === 0 ? "No answer" : request.responseCode} from {calledBy(request)}:{" "}
            <Cause {...request} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function isTold({ deniedBy, responseFlags, responseCode }: RequestRecord): boolean {
  return deniedBy !== null || (explainFlags(responseFlags) !== "" && (responseCode >= 400 || responseCode === 0));
}

function calledBy({ destinationService, destinationWorkload, sourceWorkload }: RequestRecord): string {
  const called = destinationService === "unknown" ? destinationWorkload : destinationService.split(".")[0];
  return sourceWorkload === "unknown" ? `${called}` : `${called} to ${sourceWorkload}`;
}

/** Both ends tell of one request; who refused it says more. */
function keyOf(request: RequestRecord): string {
  return `${request.responseCode} ${calledBy(request)} ${request.deniedBy ?? request.responseFlags}`;
}

function Cause({ deniedBy, responseFlags }: RequestRecord) {
  if (deniedBy === null) return explainFlags(responseFlags);
  return deniedBy.split(", ").map((denial, at) => (
    <span key={denial}>
      {at === 0 ? "" : ", "}
      <DenialText denial={denial} />
    </span>
  ));
}
