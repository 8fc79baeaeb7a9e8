"use client";
import { KeyRound, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { May } from "#components/editor/use-may.ts";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { DataTable, type DataTableProps } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { type QueryLike, QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";

/** How one of them is revoked. */
interface Revoking<T> {
  readonly nameOf: (token: T) => string;
  /** Absent: all of them. */
  readonly isRevocable?: (token: T) => boolean;
  readonly consequence: string;
  readonly isPending: boolean;
  readonly mutate: (input: { readonly id: string }, options: { readonly onSettled: () => void }) => void;
}

export interface TokenListProps<T extends { readonly id: string }>
  extends Pick<DataTableProps<T>, "columns" | "defaultSort" | "testId"> {
  /** "join token" */
  readonly what: string;
  readonly may: May;
  /** What they are for, above the list. */
  readonly purpose: ReactNode;
  /** What one is good for, where there are none. */
  readonly emptyText: string;
  readonly query: QueryLike<readonly T[]>;
  readonly revoking: Revoking<T>;
  readonly drawCreate: (isOpen: boolean, onClose: () => void) => ReactNode;
}

/** Tokens of one sort, and the way to a new one. */
export function TokenList<T extends { readonly id: string }>(props: TokenListProps<T>) {
  const { what, may, revoking } = props;
  const [isCreating, setIsCreating] = useState(false);
  const [leaving, setLeaving] = useState<T | null>(null);
  const keep = () => setLeaving(null);
  const named = `${what.charAt(0).toUpperCase()}${what.slice(1)}s`;
  if (!may.isAllowed)
    return (
      <Card>
        <EmptyState icon={<KeyRound />} title={`${named} are not yours to see`}>
          {may.reason}
        </EmptyState>
      </Card>
    );
  const create = (
    <Button variant="primary" onClick={() => setIsCreating(true)}>
      <Plus aria-hidden /> New {what}
    </Button>
  );
  return (
    <>
      <div className="mb-3 flex items-center gap-3">
        <p className="text-muted text-sm">{props.purpose}</p>
        <span className="ml-auto">{create}</span>
      </div>
      <Card isFlush>
        <QueryView query={props.query} what={`the ${what}s`} skeleton={<SkeletonRows rows={3} />}>
          {(rows) => (
            <DataTable
              label={named}
              {...(props.testId === undefined ? {} : { testId: props.testId })}
              columns={[...props.columns, revokeColumn(revoking, setLeaving)]}
              rows={rows}
              rowKey={({ id }) => id}
              {...(props.defaultSort === undefined ? {} : { defaultSort: props.defaultSort })}
              empty={
                <EmptyState icon={<KeyRound />} title={`No ${what}s yet`} actions={create}>
                  {props.emptyText}
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
      {props.drawCreate(isCreating, () => setIsCreating(false))}
      <ConfirmDialog
        isOpen={leaving !== null}
        verb="Revoke"
        what={leaving === null ? "" : revoking.nameOf(leaving)}
        consequence={revoking.consequence}
        isPending={revoking.isPending}
        onConfirm={() => leaving !== null && revoking.mutate({ id: leaving.id }, { onSettled: keep })}
        onClose={keep}
      />
    </>
  );
}

function revokeColumn<T extends { readonly id: string }>(
  { nameOf, isRevocable = () => true }: Revoking<T>,
  onRevoke: (token: T) => void,
): Column<T> {
  return {
    id: "actions",
    header: "Actions",
    align: "end",
    cell: (token) =>
      isRevocable(token) ? (
        <Button size="sm" variant="ghost" aria-label={`Revoke ${nameOf(token)}`} onClick={() => onRevoke(token)}>
          Revoke
        </Button>
      ) : null,
  };
}

/** Who made a token, and when. */
export function madeColumn<T extends { readonly createdAt: string; readonly createdBy: string }>(): Column<T> {
  return {
    id: "made",
    header: "Made",
    hideBelow: "md",
    cell: ({ createdAt, createdBy }) => (
      <span className="text-muted text-xs">
        <Ago at={createdAt} /> by <AnyLength text={createdBy} />
      </span>
    ),
    sortValue: ({ createdAt }) => createdAt,
  };
}
