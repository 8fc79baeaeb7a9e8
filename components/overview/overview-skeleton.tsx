import { Skeleton, SkeletonChart, SkeletonRows } from "#components/ui/skeleton.tsx";

const BOX = "rounded-lg border border-line bg-surface";

export function OverviewSkeleton() {
  return (
    <div role="status" aria-label="Loading the overview" className="flex flex-col gap-4">
      <div className={`${BOX} grid grid-cols-5 gap-8 p-4`}>
        {["rate", "errors", "latency", "services", "mtls"].map((name) => (
          <div key={name}>
            <Skeleton className="h-3 w-16" />
            <Skeleton className="mt-2 h-7 w-20" />
          </div>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        {["rate", "errors", "latency"].map((name) => (
          <SkeletonChart key={name} className={`${BOX} h-56`} />
        ))}
      </div>
      <div className={BOX}>
        <SkeletonRows rows={5} />
      </div>
    </div>
  );
}
