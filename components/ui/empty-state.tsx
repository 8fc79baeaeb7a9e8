import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface EmptyStateProps {
  readonly icon?: ReactNode;
  /** What is not there. */
  readonly title: string;
  /** Why, and what would bring it. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** It is all there is on the page: the title is the page's heading. */
  readonly isPage?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

/** Says that there is nothing, why, and what to do about it. */
export function EmptyState({ icon, title, children, actions, isPage = false, className, testId }: EmptyStateProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div
      data-testid={testId}
      className={cx("flex flex-col items-center justify-center px-6 py-12 text-center", className)}
    >
      {icon === undefined ? null : (
        <div
          aria-hidden
          className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-subtle [&_svg]:size-5"
        >
          {icon}
        </div>
      )}
      <Title className="font-medium text-base text-ink">{title}</Title>
      {children === undefined ? null : <div className="mt-1 max-w-md text-muted text-sm">{children}</div>}
      {actions === undefined ? null : <div className="mt-4 flex items-center gap-2">{actions}</div>}
    </div>
  );
}
