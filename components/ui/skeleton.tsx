import { cx } from "#components/ui/cx.ts";

/** A placeholder with the shape of what comes. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <div aria-hidden className={cx("animate-[pulse-soft_1.6s_ease-in-out_infinite] rounded-md bg-active", className)} />
  );
}

/** Placeholder rows of a table. */
export function SkeletonRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-px p-4">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <div key={index} className="flex h-9 items-center gap-6">
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="h-3.5 w-1/12" />
          <Skeleton className="ml-auto h-3.5 w-24" />
        </div>
      ))}
    </div>
  );
}

/** A placeholder of a card with a chart. */
export function SkeletonChart({ className }: { readonly className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cx("flex flex-col gap-3 p-4", className)}>
      <Skeleton className="h-3.5 w-32" />
      <Skeleton className="min-h-32 w-full flex-1" />
    </div>
  );
}
