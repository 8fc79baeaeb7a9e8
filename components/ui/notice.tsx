import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "#components/ui/badge.tsx";
import { cx } from "#components/ui/cx.ts";

const LOOK = {
  neutral: { box: "border-line bg-sunken", icon: "text-subtle", Icon: Info },
  accent: { box: "border-accent/25 bg-accent-soft", icon: "text-accent-text", Icon: Info },
  ok: { box: "border-ok/25 bg-ok-soft", icon: "text-ok-text", Icon: CircleCheck },
  warn: { box: "border-warn/30 bg-warn-soft", icon: "text-warn-text", Icon: TriangleAlert },
  bad: { box: "border-bad/25 bg-bad-soft", icon: "text-bad-text", Icon: CircleAlert },
} as const satisfies Record<Tone, unknown>;

export interface NoticeProps {
  readonly tone?: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
  /** "alert" interrupts a screen reader; "status" waits. */
  readonly role?: "alert" | "status";
}

/** A box that tells something about what is around it. */
export function Notice({ tone = "neutral", title, children, actions, className, role }: NoticeProps) {
  const { box, icon, Icon } = LOOK[tone];
  return (
    <div role={role} className={cx("flex items-start gap-2.5 rounded-md border px-3 py-2 text-sm", box, className)}>
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", icon)} />
      <div className="min-w-0 flex-1">
        {title === undefined ? null : <p className="font-medium text-ink">{title}</p>}
        {children === undefined ? null : <div className="text-muted">{children}</div>}
      </div>
      {actions === undefined ? null : <div className="flex shrink-0 gap-2">{actions}</div>}
    </div>
  );
}
