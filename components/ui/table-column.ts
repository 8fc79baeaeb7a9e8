import type { ReactNode } from "react";
import type { SortValue } from "#components/ui/sort-rows.ts";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Makes the column sortable. */
  readonly sortValue?: (row: Row) => SortValue;
  readonly align?: "start" | "end";
  /** A CSS width. */
  readonly width?: string;
  /** Left out where the table has less than this room. */
  readonly hideBelow?: "md" | "lg" | "xl";
}
