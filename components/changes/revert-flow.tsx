"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { MergedNote, UndoBlocked } from "#components/changes/undo-notes.tsx";
import { type RevertKind, useRevertPlan } from "#components/changes/use-revert-plan.ts";
import { EditorSteps } from "#components/editor/editor-steps.tsx";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { ReviewStep } from "#components/editor/review-step.tsx";
import { WatchStep } from "#components/editor/watch-step.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

export interface RevertFlowProps {
  readonly kind: RevertKind;
  readonly revision: number;
  readonly onCancel: () => void;
}

const WORDS = {
  undo: { title: "Undo revision", apply: "Undo", verb: "Taken back", reason: "undo of revision" },
  rollback: {
    title: "Roll back to revision",
    apply: "Roll back",
    verb: "Rolled back",
    reason: "roll back to revision",
  },
} as const;

/** Takes a revision back, or all that came after one: previewed, applied and watched like any change. */
export function RevertFlow({ kind, revision, onCancel }: RevertFlowProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const words = WORDS[kind];
  const plan = useRevertPlan(kind, revision);
  const [made, setMade] = useState<number | null | undefined>(undefined);
  const onSuccess = (result: { readonly revision: number | null }) => {
    setMade(result.revision);
    void refreshMesh(queryClient);
  };
  const undo = useMutation(trpc.config.undo.mutationOptions({ onSuccess }));
  const rollback = useMutation(trpc.config.rollback.mutationOptions({ onSuccess }));
  // Where later changes stay, the documents are written; the server's own undo takes back whole texts.
  const rewrite = useMutation(trpc.config.applyChanges.mutationOptions({ onSuccess }));
  const hasMerged = (plan.data?.merged.length ?? 0) > 0;
  const mutation = hasMerged ? rewrite : kind === "undo" ? undo : rollback;
  if (typeof made === "number")
    return (
      <>
        <Steps current="watch" />
        <WatchStep
          revision={made}
          verb={words.verb}
          actions={
            <ButtonLink variant="primary" href="/changes">
              Done
            </ButtonLink>
          }
        />
      </>
    );
  if (made === null) return <NothingDiffers onCancel={onCancel} />;
  return (
    <>
      <Steps current="preview" />
      <QueryView query={plan} what="what it would take back" skeleton={<SkeletonRows rows={4} />}>
        {({ changes, merged, blocked }) =>
          blocked.length > 0 ? (
            <UndoBlocked revision={revision} blocked={blocked} onCancel={onCancel} />
          ) : changes.length === 0 ? (
            <NothingDiffers onCancel={onCancel} />
          ) : (
            <ReviewStep
              title={`${words.title} ${revision}?`}
              changes={changes}
              note={merged.length === 0 ? null : <MergedNote merged={merged} />}
              suggestedReason={`${words.reason} ${revision}`}
              applyLabel={words.apply}
              isDangerous={kind === "rollback"}
              isApplying={mutation.isPending}
              applyError={mutation.error}
              onApply={(reason) => {
                if (hasMerged) rewrite.mutate({ changes: [...changes], reason });
                else if (kind === "undo") undo.mutate({ revision, reason });
                else rollback.mutate({ revision, reason });
              }}
              onConflict={({ message }) => (
                <Notice tone="warn" role="alert" className="mb-4" title="It has changed since">
                  {message}. Go back and begin again: what is there now is looked at anew.
                </Notice>
              )}
              backLabel="Back to the revision"
              onBack={onCancel}
            />
          )
        }
      </QueryView>
    </>
  );
}

function Steps({ current }: { readonly current: "preview" | "watch" }) {
  return (
    <div className="mb-5">
      <EditorSteps current={current} />
    </div>
  );
}

function NothingDiffers({ onCancel }: { readonly onCancel: () => void }) {
  return (
    <Card>
      <EmptyState title="Nothing differs" actions={<Button onClick={onCancel}>Back to the revision</Button>}>
        The configuration is already as it was then.
      </EmptyState>
    </Card>
  );
}
