import type { ReactNode } from "react";
import type { SortValue } from "#components/ui/sort-rows.ts";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row, format: (value: number | null) => string) => ReactNode;
  /** Figures of one column are written alike: `scale` gives the `format` of its cells from the largest of them. */
  readonly figure?: {
    readonly of: (row: Row) => number | null;
    readonly scale: (largest: number) => (value: number | null) => string;
  };
  /** Makes the column sortable. */
  readonly sortValue?: (row: Row) => SortValue;
  readonly align?: "start" | "end";
  /** A CSS width. */
  readonly width?: string;
  /** Left out where the table has less than this room. */
  readonly hideBelow?: "md" | "lg" | "xl";
}
