import type { Tone } from "#components/ui/badge.tsx";
import { cx } from "#components/ui/cx.ts";

const FILL: Record<Tone, string> = {
  neutral: "bg-idle",
  accent: "bg-accent",
  ok: "bg-ok",
  warn: "bg-warn",
  bad: "bg-bad",
};

export interface SharePart {
  readonly label: string;
  readonly count: number;
  readonly tone: Tone;
}

/** How a whole divides, with each part's count in words; parts of nothing are left out. */
export function ShareBar({ label, parts }: { readonly label: string; readonly parts: readonly SharePart[] }) {
  const present = parts.filter(({ count }) => count > 0);
  return (
    <div>
      <div aria-hidden className="flex h-2 gap-0.5 overflow-hidden rounded-full">
        {present.map((part) => (
          <div key={part.label} className={FILL[part.tone]} style={{ flexGrow: part.count }} />
        ))}
      </div>
      <ul aria-label={label} className="mt-2.5 flex flex-col gap-1 text-sm">
        {present.map((part) => (
          <li key={part.label} className="flex items-center gap-2">
            <span aria-hidden className={cx("size-2 rounded-full", FILL[part.tone])} />
            <span className="text-muted">{part.label}</span>
            <span className="tabular ml-auto font-medium text-ink">{part.count}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
