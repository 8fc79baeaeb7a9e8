import { Lock, LockOpen } from "lucide-react";
import { formatPercent } from "#components/format/format-percent.ts";
import { cx } from "#components/ui/cx.ts";

/** How much of the traffic was mTLS: closed lock for all of it. Unknown stays unknown. */
export function MtlsLock({ percent, className }: { readonly percent: number | null; readonly className?: string }) {
  if (percent === null) return <span className="text-subtle">Unknown</span>;
  const isAll = percent === 100;
  const Icon = isAll ? Lock : LockOpen;
  return (
    <span
      className={cx(
        "inline-flex items-baseline gap-1 whitespace-nowrap",
        isAll ? "text-ok-text" : "text-warn-text",
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5 self-center" />
      {formatPercent(percent)}
    </span>
  );
}
