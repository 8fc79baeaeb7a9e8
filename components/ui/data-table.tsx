"use client";
import Link from "next/link";
import { type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { SortHeader } from "#components/ui/sort-header.tsx";
import { type Sort, sortRows } from "#components/ui/sort-rows.ts";
import { stackedOf } from "#components/ui/stacked.ts";
import type { Column } from "#components/ui/table-column.ts";

export interface DataTableProps<Row> {
  /** The table's accessible name. */
  readonly label: string;
  /** The first names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Makes the whole row a link. */
  readonly rowHref?: (row: Row) => string;
  /** Makes the whole row a button. */
  readonly onRowSelect?: (row: Row) => void;
  readonly selectedKey?: string | null;
  readonly defaultSort?: Sort;
  /** Controls the sort from outside, e.g. from the URL. */
  readonly sort?: Sort;
  readonly onSortChange?: (sort: Sort) => void;
  readonly empty?: ReactNode;
  /** Rows shown before one asks for more. */
  readonly pageRows?: number;
  readonly testId?: string;
  readonly className?: string;
}

/** So that ten thousand rows do not have to be drawn, or sent, to read the first. */
const PAGE_ROWS = 100;
const LONG_ROWS = 20;
const HIDE = { md: "@max-2xl:hidden", lg: "@max-4xl:hidden", xl: "@max-6xl:hidden" } as const;

/** The one table: sortable, its rows links or buttons, arrow keys between rows. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, selectedKey, empty, testId, className, pageRows = PAGE_ROWS } = props;
  const [ownSort, setOwnSort] = useState<Sort | undefined>(props.defaultSort);
  const [shown, setShown] = useState(pageRows);
  const sort = props.sort ?? ownSort;
  const sortValue = columns.find(({ id }) => id === sort?.column)?.sortValue;
  const sorted = sort === undefined || sortValue === undefined ? rows : sortRows(rows, sortValue, sort.isDescending);
  // By all rows, so that sorting and paging change no figure.
  const formats = useMemo(() => new Map(columns.map((column) => [column.id, formatOf(column, rows)])), [columns, rows]);
  const stacked = stackedOf(columns.length);
  // A long table scrolls by itself, so that its head stays.
  const isLong = Math.min(shown, rows.length) > LONG_ROWS;
  if (rows.length === 0 && empty !== undefined) return empty;
  return (
    <div
      className={cx(
        "@container min-w-0 overflow-x-auto",
        // What gets focus comes to stand below the head, not under it.
        isLong && "max-h-[calc(100dvh-12rem)] scroll-pt-12 overflow-y-auto",
        className,
      )}
    >
      <table
        aria-label={label}
        data-testid={testId}
        className={cx("w-full border-collapse text-left text-sm", stacked.table)}
        onKeyDown={moveBetweenRows}
      >
        <thead className={cx(isLong && "sticky top-0 z-2 bg-surface shadow-[0_1px_0_var(--line)]", stacked.head)}>
          <tr className={cx("border-line border-b", sorted.length > 1 ? stacked.headRow : stacked.headOfOne)}>
            {columns.map((column) => (
              <SortHeader
                key={column.id}
                column={column}
                sort={sort}
                className={cx(
                  column.sortValue === undefined ? stacked.headerOfWords : stacked.header,
                  column.hideBelow !== undefined && HIDE[column.hideBelow],
                )}
                onSort={(next) => {
                  setOwnSort(next);
                  props.onSortChange?.(next);
                }}
              />
            ))}
          </tr>
        </thead>
        <tbody className={stacked.table}>
          {sorted.slice(0, shown).map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                data-key={key}
                aria-selected={selectedKey === key || undefined}
                className={cx(
                  "relative border-line border-b last:border-b-0 aria-selected:bg-accent-soft",
                  isActive(props) && "hover:bg-hover",
                  stacked.row,
                )}
              >
                {columns.map((column, index) => (
                  <Cell key={column.id} column={column} isRowHeader={index === 0} stacked={stacked}>
                    {index === 0 ? (
                      <RowTarget props={props} row={row} column={column} />
                    ) : (
                      breakable(column.cell(row, formats.get(column.id) ?? String))
                    )}
                  </Cell>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length > shown ? (
        <div className="flex items-center justify-center gap-3 border-line border-t py-2 text-subtle text-xs">
          {shown} of {sorted.length}
          <Button size="sm" variant="ghost" onClick={() => setShown(shown + Math.max(pageRows, PAGE_ROWS))}>
            Show more
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Names come in any length. */
function breakable(content: ReactNode): ReactNode {
  return typeof content === "string" ? <AnyLength text={content} /> : content;
}

function formatOf<Row>({ figure }: Column<Row>, rows: readonly Row[]): (value: number | null) => string {
  if (figure === undefined) return String;
  return figure.scale(rows.reduce((largest, row) => Math.max(largest, figure.of(row) ?? 0), 0));
}

function isActive<Row>({ rowHref, onRowSelect }: DataTableProps<Row>): boolean {
  return rowHref !== undefined || onRowSelect !== undefined;
}

function Cell<Row>({
  column,
  isRowHeader,
  stacked,
  children,
}: {
  readonly column: Column<Row>;
  readonly isRowHeader: boolean;
  readonly stacked: ReturnType<typeof stackedOf>;
  readonly children: ReactNode;
}) {
  const className = cx(
    "h-10 px-3 py-1.5 font-normal first:pl-4 last:pr-4",
    column.align === "end" && "text-right",
    // A figure and its unit are one word.
    column.figure !== undefined && "whitespace-nowrap",
    isRowHeader ? stacked.rowHeader : stacked.cell,
    column.hideBelow !== undefined && HIDE[column.hideBelow],
  );
  return isRowHeader ? (
    <th scope="row" className={className}>
      {children}
    </th>
  ) : (
    <td className={className} data-header={column.header}>
      {/* One thing beside the header, whatever it is made of. */}
      <div>{children}</div>
    </td>
  );
}

/** The row's link or button covers the row; what else is in the row and takes clicks needs `relative z-1`. */
const TARGET_CLASS =
  "rounded-sm text-left font-medium text-ink outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2";

function RowTarget<Row>({
  props,
  row,
  column,
}: {
  readonly props: DataTableProps<Row>;
  readonly row: Row;
  readonly column: Column<Row>;
}) {
  const { rowHref, onRowSelect } = props;
  if (rowHref !== undefined)
    return (
      <Link href={rowHref(row)} data-row-target className={TARGET_CLASS}>
        {breakable(column.cell(row, String))}
      </Link>
    );
  if (onRowSelect !== undefined)
    return (
      <button type="button" data-row-target onClick={() => onRowSelect(row)} className={TARGET_CLASS}>
        {breakable(column.cell(row, String))}
      </button>
    );
  return <span className="font-medium text-ink">{breakable(column.cell(row, String))}</span>;
}

/** Arrow keys, Home and End go from row to row. */
function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const targets = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-target]")];
  const at = targets.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  const next =
    event.key === "Home"
      ? 0
      : event.key === "End"
        ? targets.length - 1
        : event.key === "ArrowDown"
          ? Math.min(at + 1, targets.length - 1)
          : Math.max(at - 1, 0);
  targets[next]?.focus();
}
