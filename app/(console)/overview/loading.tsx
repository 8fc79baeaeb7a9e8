import { OverviewSkeleton } from "#components/overview/overview-skeleton.tsx";
import { Awaited } from "#components/ui/awaited.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

export default function OverviewLoading() {
  return (
    <Page>
      <PageHeader title="Overview" description={<Skeleton className="h-4 w-48" />} />
      <Awaited>
        <OverviewSkeleton />
      </Awaited>
    </Page>
  );
}
