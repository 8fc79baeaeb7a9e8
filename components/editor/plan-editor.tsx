"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorSteps } from "#components/editor/editor-steps.tsx";
import { LeaveDialog } from "#components/editor/leave-dialog.tsx";
import { ProblemList } from "#components/editor/problem-list.tsx";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { ReviewStep } from "#components/editor/review-step.tsx";
import { useCheck } from "#components/editor/use-check.ts";
import { useLeaveGuard } from "#components/editor/use-leave-guard.ts";
import { WatchStep } from "#components/editor/watch-step.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PendingTexts, PendingTextsContext } from "#components/ui/pending-texts.ts";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useHydrated } from "#components/ui/use-hydrated.ts";
import type { Plan } from "#core/form/plan.ts";

export interface PlanEditorProps {
  /** From what is filled in. */
  readonly plan: Plan | undefined;
  /** Why there is nothing to apply yet: "name an issuer". */
  readonly missing: string | undefined;
  /** Something was filled in that leaving would lose. */
  readonly isTouched: boolean;
  /** Where one comes from. */
  readonly backHref: string;
  /** The form. */
  readonly children: ReactNode;
  /** Under what it does in words. */
  readonly aside?: ReactNode;
}

type Stage =
  | { readonly step: "edit" }
  | { readonly step: "preview"; readonly plan: Plan }
  | { readonly step: "watch"; readonly revision: number };

/** A task that writes several documents at once, in the steps of every edit: form, preview, apply and watch, undo. */
export function PlanEditor(props: PlanEditorProps) {
  return useHydrated() ? <LivePlan {...props} /> : <SkeletonRows rows={8} />;
}

function LivePlan({ plan, missing, isTouched, backHref, children, aside }: PlanEditorProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [stage, setStage] = useState<Stage>({ step: "edit" });
  const [notice, setNotice] = useState<string | null>(null);
  const [pending] = useState(() => new PendingTexts());
  const changes = plan?.changes ?? [];
  const check = useCheck(changes, stage.step === "edit" && changes.length > 0);
  const guard = useLeaveGuard(isTouched && stage.step !== "watch");
  const apply = useMutation(
    trpc.config.applyChanges.mutationOptions({
      onSuccess: ({ revision }) => {
        void refreshMesh(queryClient);
        if (revision === null) {
          setNotice("It was not applied: see the problems.");
          setStage({ step: "edit" });
        } else setStage({ step: "watch", revision });
      },
    }),
  );
  if (stage.step === "watch")
    return (
      <>
        <Steps current="watch" />
        <WatchStep
          revision={stage.revision}
          verb="Applied"
          actions={
            <ButtonLink href={backHref} variant="primary">
              Done
            </ButtonLink>
          }
        />
      </>
    );
  if (stage.step === "preview")
    return (
      <>
        <Steps current="preview" />
        <ReviewStep
          title="What it would do"
          changes={stage.plan.changes}
          note={<Words sentences={stage.plan.sentences} className="mb-4" />}
          suggestedReason={stage.plan.reason}
          applyLabel="Apply"
          isApplying={apply.isPending}
          applyError={apply.error}
          onApply={(reason) => apply.mutate({ changes: [...stage.plan.changes], reason })}
          onConflict={({ message }) => (
            <Notice tone="warn" role="alert" className="mb-4" title="Someone was faster">
              {message}. Go back: what is there now is looked at anew.
            </Notice>
          )}
          backLabel="Back to the form"
          onBack={() => {
            apply.reset();
            // What the plan was made from may be another by now.
            void refreshMesh(queryClient);
            setStage({ step: "edit" });
          }}
        />
        <LeaveDialog guard={guard} onDiscard={() => undefined} />
      </>
    );
  const why = missing ?? (changes.length === 0 ? "nothing differs from what is there" : undefined);
  const onPreview = () => {
    const left = pending.takeAll();
    if (left.length > 0) setNotice(`${left.join(", ")} cannot be taken: correct it, or empty the field.`);
    else if (plan !== undefined) {
      setNotice(null);
      setStage({ step: "preview", plan });
    }
  };
  return (
    <PendingTextsContext value={pending}>
      <Steps current="edit" />
      {notice === null ? null : (
        <Notice tone="accent" role="status" className="mb-4">
          {notice}
        </Notice>
      )}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-4">{children}</div>
        <aside aria-label="What it comes to" className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-16 lg:self-start">
          {plan === undefined || why !== undefined ? null : <Words sentences={plan.sentences} />}
          {aside ?? null}
          {changes.length === 0 ? null : (
            <Card title="Problems" testId="problems">
              <ProblemList
                diagnostics={check.result?.diagnostics ?? []}
                ownRef={null}
                isIncomplete={check.result === undefined}
              />
            </Card>
          )}
        </aside>
      </div>
      <div className="sticky bottom-0 z-10 mt-5 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-raised px-4 py-3 shadow-raised">
        <p role="status" className="min-w-0 text-muted text-sm">
          {why === undefined ? "Preview it before it is applied" : `${why.charAt(0).toUpperCase()}${why.slice(1)}`}
        </p>
        <Button variant="primary" className="ml-auto" disabled={why !== undefined} onClick={onPreview}>
          Preview
        </Button>
      </div>
      <LeaveDialog guard={guard} onDiscard={() => undefined} />
    </PendingTextsContext>
  );
}

function Words({ sentences, className }: { readonly sentences: readonly string[]; readonly className?: string }) {
  return (
    <Card title="In words" testId="in-words" {...(className === undefined ? {} : { className })}>
      <ul className="flex flex-col gap-2 text-ink text-sm">
        {sentences.map((sentence) => (
          <li key={sentence} className="[overflow-wrap:anywhere]">
            {sentence}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Steps({ current }: { readonly current: Stage["step"] }) {
  return (
    <div className="mb-5">
      <EditorSteps current={current} />
    </div>
  );
}
