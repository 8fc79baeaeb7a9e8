"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { RevocationView } from "#core/view/session.ts";

const COLUMNS: readonly Column<RevocationView>[] = [
  {
    id: "subject",
    header: "What",
    cell: ({ kind, subject }) => (
      <span className="text-sm">
        {kind} <span className="break-all font-mono text-xs">{subject}</span>
      </span>
    ),
    sortValue: ({ kind, subject }) => `${kind} ${subject}`,
  },
  { id: "reason", header: "Reason", cell: ({ reason }) => reason },
  {
    id: "made",
    header: "Revoked",
    cell: ({ createdAt, createdBy }) => (
      <span className="text-muted text-xs">
        <Ago at={createdAt} /> by <AnyLength text={createdBy} />
      </span>
    ),
    sortValue: ({ createdAt }) => createdAt,
  },
  {
    id: "state",
    header: "State",
    cell: ({ lifted }) =>
      lifted === null ? (
        <Badge tone="bad">stands</Badge>
      ) : (
        <span className="text-muted text-xs">
          lifted <Ago at={lifted.at} /> by <AnyLength text={lifted.by} />
          {lifted.reason === "" ? null : (
            <>
              : <AnyLength text={lifted.reason} />
            </>
          )}
        </span>
      ),
    sortValue: ({ lifted }) => (lifted === null ? 0 : 1),
  },
];

/** What is not believed any more, by whom and why; and what was lifted again. Nothing while nothing was ever revoked. */
export function RevocationsCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const may = useMay("identity.liftRevocation");
  const { data = [] } = useQuery(trpc.identity.revocations.queryOptions());
  const lift = useMutation(
    trpc.identity.liftRevocation.mutationOptions({
      onSuccess: ({ kind, subject }) => {
        toast({ kind: "ok", title: "Lifted", description: `${kind} ${subject} is believed again` });
        void queryClient.invalidateQueries(trpc.identity.list.queryFilter());
        void queryClient.invalidateQueries(trpc.identity.revocations.queryFilter());
      },
      onError: (error) => toast({ kind: "bad", title: "It was not lifted", description: readApiError(error).message }),
    }),
  );
  if (data.length === 0) return null;
  const actions: Column<RevocationView> = {
    id: "actions",
    header: "Actions",
    align: "end",
    cell: ({ id, kind, subject, lifted }) =>
      lifted === null && may.isAllowed ? (
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Lift the revocation of ${kind} ${subject}`}
          isBusy={lift.isPending && lift.variables.id === id}
          onClick={() => lift.mutate({ id })}
        >
          Lift
        </Button>
      ) : null,
  };
  return (
    <Card isFlush title="Revoked" className="mb-4">
      <DataTable
        label="Revocations"
        testId="revocations"
        columns={[...COLUMNS, actions]}
        rows={data}
        rowKey={({ id }) => id}
        defaultSort={{ column: "made", isDescending: true }}
        empty={<EmptyState icon={<Ban />} title="Nothing is revoked" />}
      />
    </Card>
  );
}
