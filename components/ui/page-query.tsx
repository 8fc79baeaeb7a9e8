"use client";
import type { ReactNode } from "react";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView, type QueryViewProps } from "#components/ui/query-view.tsx";

export interface PageQueryProps<T> extends QueryViewProps<T> {
  /** The heading while there is nothing to draw; with the data the children draw their own. */
  readonly title: ReactNode;
  readonly above?: ReactNode;
}

/** A query that a whole page hangs on: the heading and the way back stand while it loads, and when it failed. */
export function PageQuery<T>({ title, above, ...view }: PageQueryProps<T>) {
  return (
    <>
      {view.query.data === undefined ? <PageHeader title={title} above={above} /> : null}
      <QueryView {...view} />
    </>
  );
}
