import { Fragment, type ReactNode } from "react";

/** Names and values in two columns. */
export function DefinitionList({
  items,
}: {
  readonly items: readonly { readonly term: string; readonly value: ReactNode }[];
}) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
      {items.map(({ term, value }) => (
        <Fragment key={term}>
          <dt className="text-subtle">{term}</dt>
          <dd className="min-w-0 break-words text-ink">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
