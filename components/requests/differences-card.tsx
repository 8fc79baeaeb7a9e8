"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { nameOf } from "#components/requests/facet-list.tsx";
import { type RequestView, toAsk } from "#components/requests/request-view.ts";
import { Card } from "#components/ui/card.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { REQUEST_FIELDS } from "#core/telemetry/request-fields.ts";
import { toggleValue } from "#core/telemetry/request-filter.ts";
import type { DifferencesView } from "#core/view/requests.ts";

/** Which values the requests that were found have more often than the rest. */
export function DifferencesCard({
  view,
  seconds,
  onChange,
}: {
  readonly view: RequestView;
  readonly seconds: number;
  readonly onChange: (filter: string) => void;
}) {
  const differs = useQuery(useTRPC().requests.differs.queryOptions(toAsk(view, seconds)));
  return (
    <Card
      testId="request-differences"
      title="What differs?"
      description="Values that the requests found have more often than the rest of the range, beyond chance"
    >
      <QueryView query={differs} what="the differences" skeleton={<SkeletonRows rows={3} />}>
        {(data) => <Found {...data} onSelect={(field, value) => onChange(toggleValue(view.filter, field, value))} />}
      </QueryView>
    </Card>
  );
}

function Found({
  found,
  selected,
  rest,
  rowsMin,
  onSelect,
}: DifferencesView & {
  readonly onSelect: (field: DifferencesView["found"][number]["field"], value: string) => void;
}) {
  if (selected < rowsMin || rest < rowsMin)
    return (
      <p className="text-muted text-sm">
        {selected} requests found against {rest} others: at least {rowsMin} of both are needed to compare. Look for
        errors or slow ones, as <code className="font-mono text-xs">class:error</code>, or look back further.
      </p>
    );
  if (found.length === 0)
    return (
      <p className="text-muted text-sm">
        Nothing that is recorded tells the {selected} found from the {rest} others: no value is more frequent beyond
        chance.
      </p>
    );
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {found.map((each) => (
        <li key={`${each.field} ${each.value}`} className="flex flex-wrap items-baseline gap-x-2">
          <button
            type="button"
            className="rounded-sm text-left text-accent-text underline"
            onClick={() => onSelect(each.field, each.value)}
          >
            {REQUEST_FIELDS[each.field].label} {nameOf(each.field, each.value)}
          </button>
          <span className="text-muted text-xs">
            {formatPercent(each.selectedShare * 100)} of the found ({each.selectedRows} of {selected}),{" "}
            {formatPercent(each.restShare * 100)} of the rest ({each.restRows} of {rest})
          </span>
        </li>
      ))}
    </ul>
  );
}
