"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import { cx } from "#components/ui/cx.ts";
import type { Sort } from "#components/ui/sort-rows.ts";
import type { Column } from "#components/ui/table-column.ts";

export interface SortHeaderProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
  readonly className?: string;
}

/** A column's head; figures sort from the largest first, names from A. */
export function SortHeader<Row>({ column, sort, onSort, className }: SortHeaderProps<Row>) {
  const isSorted = sort?.column === column.id;
  const isEnd = column.align === "end";
  const Arrow = sort?.isDescending === true ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      style={column.width === undefined ? undefined : { width: column.width }}
      aria-sort={isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined}
      className={cx(
        "h-9 whitespace-nowrap px-3 font-medium text-subtle text-xs first:pl-4 last:pr-4",
        isEnd && "text-right",
        className,
      )}
    >
      {column.sortValue === undefined ? (
        column.header
      ) : (
        <button
          type="button"
          onClick={() => onSort({ column: column.id, isDescending: isSorted ? !sort.isDescending : isEnd })}
          className={cx(
            "group flex min-h-6 items-center gap-1 rounded-sm hover:text-ink",
            isEnd && "ml-auto flex-row-reverse",
            isSorted && "text-ink",
          )}
        >
          {column.header}
          <Arrow
            aria-hidden
            className={cx("size-3", isSorted ? "" : "opacity-0 group-hover:opacity-50 group-focus-visible:opacity-50")}
          />
        </button>
      )}
    </th>
  );
}
