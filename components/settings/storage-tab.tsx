"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { formatBytes } from "#components/format/format-bytes.ts";
import { BackupCard } from "#components/settings/backup-card.tsx";
import { formatAge } from "#components/settings/format-age.ts";
import { RetentionForm } from "#components/settings/retention-form.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { StorageView } from "#core/view/storage.ts";

const REFRESH_MS = 10_000;
type Row = StorageView["tables"][number];

const COLUMNS: readonly Column<Row>[] = [
  { id: "what", header: "What", cell: ({ what }) => what },
  {
    id: "table",
    header: "Table",
    hideBelow: "md",
    cell: ({ name }) => <code className="text-xs">{name}</code>,
  },
  {
    id: "rows",
    header: "Rows",
    align: "end",
    cell: ({ rows }) => rows.toLocaleString("en"),
    sortValue: ({ rows }) => rows,
  },
  {
    id: "bytes",
    header: "Size",
    align: "end",
    cell: ({ bytes }) => formatBytes(bytes),
    sortValue: ({ bytes }) => bytes,
  },
  {
    id: "growth",
    header: "Last day",
    align: "end",
    cell: ({ bytesPerDay }) => (bytesPerDay === null ? "" : `+${formatBytes(bytesPerDay)}`),
    sortValue: ({ bytesPerDay }) => bytesPerDay ?? -1,
  },
  {
    id: "oldest",
    header: "Oldest",
    hideBelow: "md",
    cell: ({ oldestMs }) => (oldestMs === null ? "" : <Ago at={new Date(oldestMs).toISOString()} />),
    sortValue: ({ oldestMs }) => oldestMs ?? Number.POSITIVE_INFINITY,
  },
  {
    id: "kept",
    header: "Kept",
    align: "end",
    cell: ({ keptMs }) => (keptMs === null ? "" : formatAge(keptMs)),
    sortValue: ({ keptMs }) => keptMs ?? Number.POSITIVE_INFINITY,
  },
];

/** What telemetry takes on the server's disk, how long it is kept, and what of it is missing. */
export function StorageTab() {
  const trpc = useTRPC();
  const storage = useQuery(trpc.access.storage.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <QueryView query={storage} what="what telemetry takes" skeleton={<SkeletonRows rows={8} />}>
      {({ tables, usedBytes, bytesMax, segments, setAside, keys, gaps, retention }) => (
        <div className="flex flex-col gap-4" data-testid="storage">
          <Card>
            <DefinitionList
              items={[
                {
                  term: "Used",
                  value: `${formatBytes(usedBytes)} of ${formatBytes(bytesMax)}; beyond that requests and spans are kept for a shorter time`,
                },
                { term: "If damaged", value: <Segments status={segments} /> },
                { term: "Sets of labels", value: `${keys.toLocaleString("en")}, by which requests are counted` },
                {
                  term: "Missing, last week",
                  value:
                    gaps.newestMs === null ? (
                      "Nothing that is known of"
                    ) : (
                      <>
                        {gaps.count} gaps with {gaps.requests.toLocaleString("en")} requests, the newest{" "}
                        <Ago at={new Date(gaps.newestMs).toISOString()} />
                      </>
                    ),
                },
                ...(setAside === null
                  ? []
                  : [
                      {
                        term: "Left out",
                        value: (
                          <>
                            {setAside.rows.toLocaleString("en")} rows since the server started that the store cannot
                            hold, the newest of {setAside.table} <Ago at={new Date(setAside.newestMs).toISOString()} />:{" "}
                            {setAside.why}
                          </>
                        ),
                      },
                    ]),
                {
                  term: "Folded",
                  value: (
                    <Link href="/settings?tab=limits" className="underline">
                      What was counted together for want of room
                    </Link>
                  ),
                },
              ]}
            />
          </Card>
          <Card isFlush>
            <DataTable
              label="Tables of the telemetry store"
              columns={COLUMNS}
              rows={tables}
              rowKey={({ name }) => name}
              empty={null}
            />
          </Card>
          <RetentionForm {...retention} />
          <BackupCard />
        </div>
      )}
    </QueryView>
  );
}

/** How much of telemetry outlives its database. */
function Segments({ status }: { readonly status: StorageView["segments"] }) {
  if (status === null) return "Another server keeps it, and its administrator copies of it";
  const { count, bytes, untilMs, restoring, failure, damaged } = status;
  if (restoring > 0) return `It was: ${restoring.toLocaleString("en")} segments are still to be read back`;
  const failing = failure !== null && (
    <p className="text-bad-text" data-testid="segments-failing">
      What has come since is not in segments: {failure}
    </p>
  );
  if (untilMs === null || count === 0)
    return <>What is stored is lost: nothing of it is over and in segments yet {failing}</>;
  return (
    <>
      All that was stored until <Ago at={new Date(untilMs).toISOString()} /> comes back from{" "}
      {count.toLocaleString("en")} segments, {formatBytes(bytes)}
      {damaged > 0 && `; ${damaged.toLocaleString("en")} of them are damaged, and are written anew`}
      {failing}
    </>
  );
}
