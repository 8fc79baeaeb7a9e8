"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { ChangesCard } from "#components/limits/changes-card.tsx";
import { BEARING_COLUMNS } from "#components/limits/consumer-columns.tsx";
import { LedgerActions } from "#components/limits/ledger-actions.tsx";
import { consumerHref, hasLedger, limitRef, nameLimit, nameSubject } from "#components/limits/name-subject.ts";
import { PeriodsCard } from "#components/limits/periods-card.tsx";
import { UsedBar } from "#components/limits/used-bar.tsx";
import { UsedChart } from "#components/limits/used-chart.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { ConsumerDetail } from "#core/view/limit.ts";

const REFETCH_MS = 5000;
const WAY_BACK = <Breadcrumbs items={[{ label: "Limits", href: "/limits" }]} />;

/** One consumer: what it has of a limit, what else bears on it, and of a quota its history. */
export function ConsumerPage({ consumer: key }: { readonly consumer: string }) {
  const consumer = useQuery(useTRPC().limits.consumer.queryOptions({ key }, { refetchInterval: REFETCH_MS }));
  return (
    <Page>
      <PageQuery query={consumer} what="the consumer" title="Consumer" above={WAY_BACK} skeleton={<SkeletonRows />}>
        {(detail) => <Detail consumer={detail} />}
      </PageQuery>
    </Page>
  );
}

function Detail({ consumer }: { readonly consumer: ConsumerDetail }) {
  const bearing = useQuery(
    useTRPC().limits.ofConsumer.queryOptions({ subject: consumer.subject }, { refetchInterval: REFETCH_MS }),
  );
  const { amount, used, left, held, carried, added, startsAt, endsAt } = consumer;
  return (
    <>
      <PageHeader
        above={WAY_BACK}
        title={nameSubject(consumer)}
        description={nameLimit(consumer)}
        actions={hasLedger(consumer) ? <LedgerActions consumer={consumer} /> : null}
      />
      <div className="flex flex-col gap-4">
        <Card title="Used and left" testId="use">
          <DefinitionList
            items={[
              { term: "Limit", value: <ResourceLinks refs={[limitRef(consumer)]} /> },
              {
                term: "Used",
                value: (
                  <span className="inline-flex flex-wrap items-center gap-x-3">
                    {formatRate(used)} of {formatRate(amount + carried + added)} <UsedBar of={consumer} />
                  </span>
                ),
              },
              { term: "Left", value: formatRate(left) },
              { term: "At agents", value: `${formatRate(held)}, given to them and not told to be used` },
              ...(carried === 0 ? [] : [{ term: "Carried over", value: formatRate(carried) }]),
              ...(added === 0 ? [] : [{ term: "Added by people", value: formatRate(added) }]),
              ...(startsAt === null ? [] : [{ term: "Since", value: <Ago at={startsAt} /> }]),
              ...(endsAt === null ? [] : [{ term: "Begins anew", value: <Ago at={endsAt} /> }]),
            ]}
          />
        </Card>
        <Card isFlush title="All that bears on it" description="limits and quotas that know a consumer of this name">
          <QueryView query={bearing} what="its limits" skeleton={<SkeletonRows />}>
            {(rows) => (
              <DataTable
                label="Limits of the consumer"
                columns={BEARING_COLUMNS}
                rows={rows}
                rowKey={({ key }) => key}
                rowHref={consumerHref}
                selectedKey={consumer.key}
              />
            )}
          </QueryView>
        </Card>
        {hasLedger(consumer) ? (
          <>
            <UsedChart consumer={consumer} />
            <PeriodsCard periods={consumer.periods} />
            <ChangesCard changes={consumer.changes} />
          </>
        ) : null}
      </div>
    </>
  );
}
