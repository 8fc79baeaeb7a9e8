import { Awaited } from "#components/ui/awaited.tsx";
import { Page } from "#components/ui/page.tsx";
import { Skeleton, SkeletonRows } from "#components/ui/skeleton.tsx";

export default function ConsoleLoading() {
  return (
    <Page>
      <Awaited>
        <Skeleton className="mb-6 h-7 w-48" />
        <div className="rounded-lg border border-line bg-surface">
          <SkeletonRows rows={8} />
        </div>
      </Awaited>
    </Page>
  );
}
