import { sparklinePath } from "#components/charts/sparkline-path.ts";
import { cx } from "#components/ui/cx.ts";

const WIDTH = 96;
const HEIGHT = 24;

/** A trend beside a figure; the figure says the amount, so this is decorative. */
export function Sparkline({
  values,
  tone = "accent",
  className,
}: {
  readonly values: readonly number[];
  readonly tone?: "accent" | "bad";
  readonly className?: string;
}) {
  const path = values.some((value) => value > 0) ? sparklinePath(values, WIDTH, HEIGHT) : null;
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cx("h-6 w-24 overflow-visible", tone === "bad" ? "text-bad" : "text-series-1", className)}
    >
      {path === null ? null : (
        <>
          <path d={path.area} fill="currentColor" opacity={0.1} />
          <path
            d={path.line}
            fill="none"
            stroke="currentColor"
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
            strokeLinejoin="round"
          />
        </>
      )}
    </svg>
  );
}
