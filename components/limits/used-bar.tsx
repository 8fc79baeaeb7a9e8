import { formatPercent } from "#components/format/format-percent.ts";
import { cx } from "#components/ui/cx.ts";
import type { ConsumerView } from "#core/view/limit.ts";

type Had = Pick<ConsumerView, "amount" | "carried" | "added" | "used">;

/** What of an amount is used, as a bar with its share in words. */
export function UsedBar({ of }: { readonly of: Had }) {
  const { percent, level } = usedShare(of);
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="block h-2 w-20 shrink-0 overflow-hidden rounded-full bg-idle-soft">
        <span
          className={cx("block h-full rounded-full", FILL[level])}
          style={{ width: `${Math.min(100, percent)}%` }}
        />
      </span>
      <span className="tabular whitespace-nowrap text-muted text-xs">{formatPercent(percent)}</span>
    </span>
  );
}

const FILL = { fine: "bg-accent", near: "bg-warn", over: "bg-bad" } as const;

/** Of all that a consumer has: the amount, what was carried over and what was added. */
export function usedShare({ amount, carried, added, used }: Had): {
  readonly percent: number;
  readonly level: keyof typeof FILL;
} {
  const all = amount + carried + added;
  const percent = all > 0 ? (100 * used) / all : 0;
  return { percent, level: percent >= 100 ? "over" : percent >= 80 ? "near" : "fine" };
}
