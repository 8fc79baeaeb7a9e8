import type { ReactNode } from "react";

export interface PageHeaderProps {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** Above the title: where this is, usually a Breadcrumbs. */
  readonly above?: ReactNode;
}

/** The page's one h1. */
export function PageHeader({ title, description, actions, above }: PageHeaderProps) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 max-w-full">
        {above === undefined ? null : <div className="mb-1.5">{above}</div>}
        <h1 className="flex flex-wrap items-center gap-x-2.5 [overflow-wrap:anywhere] font-semibold text-ink text-xl tracking-[-0.01em]">
          {title}
        </h1>
        {description === undefined ? null : (
          <div className="mt-1 text-muted text-sm [overflow-wrap:anywhere]">{description}</div>
        )}
      </div>
      {actions === undefined ? null : <div className="flex max-w-full flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
