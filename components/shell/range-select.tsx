"use client";
import { Clock3 } from "lucide-react";
import { RANGES } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { Select } from "#components/ui/select.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";

const OPTIONS = RANGES.map(({ name, label }) => ({ value: name, label }));

/** The time range of everything on the page. */
export function RangeSelect() {
  const range = useRange();
  const search = useSearchState();
  return (
    <Select
      label="Time range"
      testId="range"
      className="w-44 max-sm:w-30"
      icon={<Clock3 aria-hidden className="size-3.5 text-subtle" />}
      value={range.name}
      options={OPTIONS}
      onValueChange={(name) => search.set({ range: name }, { history: "push" })}
    />
  );
}
