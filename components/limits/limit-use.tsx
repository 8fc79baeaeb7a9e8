"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { LimitCard } from "#components/limits/limit-card.tsx";
import { UseChart } from "#components/limits/use-chart.tsx";
import { refreshMs } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";

/** On the page of a limit: what its rules refused over time, and whom. A Plan refuses nobody of itself. */
export function LimitUse({ reference }: { readonly reference: string }) {
  const range = useRange();
  const limits = useQuery(
    useTRPC().limitUse.get.queryOptions(
      { seconds: range.seconds },
      { refetchInterval: refreshMs(range), placeholderData: (previous) => previous },
    ),
  );
  const limit = limits.data?.limits.find(({ ref }) => ref === reference);
  if (limit === undefined) return null;
  return (
    <div className="mb-5 grid gap-4 lg:grid-cols-2">
      <UseChart limit={limit} />
      <LimitCard limit={limit} isOwnPage />
    </div>
  );
}
