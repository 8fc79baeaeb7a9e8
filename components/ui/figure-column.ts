import type { Column } from "#components/ui/table-column.ts";

interface FigureColumnOptions {
  readonly isSortable?: boolean;
}

/** A column of figures at the table's end: all of one scale, and sorted by themselves. */
export function figureColumn<Row>(
  id: string,
  header: string,
  of: (row: Row) => number | null,
  scale: NonNullable<Column<Row>["figure"]>["scale"],
  { isSortable = true }: FigureColumnOptions = {},
): Column<Row> {
  return {
    id,
    header,
    align: "end",
    figure: { of, scale },
    cell: (row, format) => format(of(row)),
    ...(isSortable ? { sortValue: of } : {}),
  };
}
