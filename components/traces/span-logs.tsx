"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { AttributeTable } from "#components/traces/attribute-table.tsx";
import { Badge } from "#components/ui/badge.tsx";

const WEEK_SECONDS = 604_800;
/** OTLP's numbers from which a record warns, and from which it tells of an error. */
const WARN = 13;
const ERROR = 17;

/** What applications logged while this span was theirs. */
export function SpanLogs({
  traceId,
  spanId,
  startMs,
}: {
  readonly traceId: string;
  readonly spanId: string;
  readonly startMs: number;
}) {
  const trpc = useTRPC();
  const logs = useQuery(trpc.logs.list.queryOptions({ traceId, spanId, seconds: WEEK_SECONDS }, { staleTime: 30_000 }));
  if (logs.data === undefined || logs.data.length === 0) return null;
  const oldestFirst = logs.data.toReversed();
  return (
    <section aria-label="Logs">
      <h3 className="mb-1.5 font-medium text-subtle text-xs">Logs</h3>
      <ol className="flex flex-col gap-3 border-line border-l pl-3">
        {oldestFirst.map((log, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two records may be alike in all that they say
          <li key={`${log.atMs} ${index}`}>
            <p className="flex flex-wrap items-center gap-x-2 text-xs">
              <Badge {...(log.severity >= ERROR ? { tone: "bad" } : log.severity >= WARN ? { tone: "warn" } : {})}>
                {log.severityText === "" ? "log" : log.severityText.toLowerCase()}
              </Badge>
              <span className="tabular text-subtle">after {formatMillis(Math.max(0, log.atMs - startMs))}</span>
            </p>
            <p className="mt-1 whitespace-pre-wrap break-words font-mono text-ink text-xs">{log.body}</p>
            <AttributeTable attributes={log.attributes} />
          </li>
        ))}
      </ol>
    </section>
  );
}
