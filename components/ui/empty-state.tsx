import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface EmptyStateProps {
  readonly icon?: ReactNode;
  /** What is not there. */
  readonly title: string;
  /** Why, and what would bring it. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly testId?: string;
}

/** Says that there is nothing, why, and what to do about it. */
export function EmptyState({ icon, title, children, actions, className, testId }: EmptyStateProps) {
  return (
    <div data-testid={testId} className={cx("flex flex-col items-center justify-center px-6 py-12 text-center", className)}>
      {icon === undefined ? null : (
        <div aria-hidden className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-subtle [&_svg]:size-5">
          {icon}
        </div>
      )}
      <p className="font-medium text-base text-ink">{title}</p>
      {children === undefined ? null : <div className="mt-1 max-w-md text-muted text-sm">{children}</div>}
      {actions === undefined ? null : <div className="mt-4 flex items-center gap-2">{actions}</div>}
    </div>
  );
}
