import { type ReactNode, useId } from "react";
import { cx } from "#components/ui/cx.ts";

export interface CardProps {
  readonly title?: ReactNode;
  /** One short line under the title. */
  readonly description?: ReactNode;
  /** At the right of the title: a link, a menu. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** Tables and charts reach the card's edge. */
  readonly isFlush?: boolean;
  readonly testId?: string;
}

/** A titled region of a page. */
export function Card({ title, description, actions, children, className, isFlush = false, testId }: CardProps) {
  const titleId = useId();
  return (
    <section
      aria-labelledby={title === undefined ? undefined : titleId}
      data-testid={testId}
      className={cx("flex min-w-0 flex-col rounded-lg border border-line bg-surface", className)}
    >
      {title === undefined ? null : (
        <header className="flex min-h-11 items-center gap-3 px-4 py-2">
          <div className="min-w-0 flex-1">
            <h2 id={titleId} className="truncate font-medium text-ink text-sm">
              {title}
            </h2>
            {description === undefined ? null : <p className="text-subtle text-xs">{description}</p>}
          </div>
          {actions === undefined ? null : <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
        </header>
      )}
      <div className={cx("min-w-0 flex-1", isFlush ? "" : title === undefined ? "p-4" : "px-4 pb-4")}>{children}</div>
    </section>
  );
}
