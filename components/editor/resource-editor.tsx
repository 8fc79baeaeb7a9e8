"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { type ApiError, readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { ConflictNotice } from "#components/editor/conflict-notice.tsx";
import type { DraftBase } from "#components/editor/draft-base.ts";
import { DraftOfferNotice } from "#components/editor/draft-offer-notice.tsx";
import { EditBar } from "#components/editor/edit-bar.tsx";
import { EditStep } from "#components/editor/edit-step.tsx";
import { EditorSteps } from "#components/editor/editor-steps.tsx";
import type { Companion, FormContext } from "#components/editor/form-context.ts";
import { LeaveDialog } from "#components/editor/leave-dialog.tsx";
import { planSave } from "#components/editor/plan-save.ts";
import { withLine } from "#components/editor/problem-at.ts";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { readRef } from "#components/editor/resource-ref.ts";
import { ReviewStep } from "#components/editor/review-step.tsx";
import { splitBlanks } from "#components/editor/split-blanks.ts";
import { useCheck } from "#components/editor/use-check.ts";
import { type Proposal, useDraft } from "#components/editor/use-draft.ts";
import { useLeaveGuard } from "#components/editor/use-leave-guard.ts";
import { WatchStep } from "#components/editor/watch-step.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PendingTexts, PendingTextsContext, usePendingCount } from "#components/ui/pending-texts.ts";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useHydrated } from "#components/ui/use-hydrated.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { type Diagnostic, hasErrors } from "#core/diagnostic.ts";
import { openDocument } from "#core/form/open-document.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { ApplyResult } from "#core/view/config.ts";

/** What becomes of a resource at proxies and their hosts comes without any edit. */
const REFRESH_MS = 10_000;

export interface ResourceEditorProps {
  /** "VirtualService reviews" */
  readonly label: string;
  readonly initial: DraftBase;
  /** What the page was opened to make of it. */
  readonly propose?: Proposal;
  readonly renderForm?: (context: FormContext) => ReactNode;
  readonly renderAside?: (context: FormContext) => ReactNode;
  /** What the form still asks for beyond what makes a document invalid. */
  readonly findBlanks?: (value: unknown) => readonly Diagnostic[];
  readonly planCompanions?: (value: unknown) => readonly Companion[];
  /** The reason to begin with, from what changed; `before` is null for a new resource. */
  readonly suggestReason?: (before: unknown, after: unknown) => string;
  /** The list that one comes from. */
  readonly backHref: string;
}

type Stage =
  | { readonly step: "edit" }
  | { readonly step: "preview"; readonly intent: "save" | "delete"; readonly changes: readonly ConfigChange[] }
  | {
      readonly step: "watch";
      readonly intent: "save" | "delete";
      readonly revision: number;
      readonly ref: string | null;
    };

/** Edit → check → preview → apply → watch, for any resource: the one way in which the console changes configuration. */
export function ResourceEditor(props: ResourceEditorProps) {
  // Only the browser knows whether there is a draft, and what is typed into a page that is not alive yet would be lost.
  return useHydrated() ? <LiveEditor {...props} /> : <SkeletonRows rows={8} />;
}

function LiveEditor(props: ResourceEditorProps) {
  const { label, initial, planCompanions, backHref } = props;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const search = useSearchState();
  const draft = useDraft(initial.ref ?? `new ${backHref} ${initial.text}`, initial, props.propose);
  const [stage, setStage] = useState<Stage>({ step: "edit" });
  const [notice, setNotice] = useState<string | null>(null);
  const value = draft.document.kind === "open" ? draft.document.value : null;
  const companions = useMemo(() => (value === null ? [] : (planCompanions?.(value) ?? [])), [value, planCompanions]);
  const changes = planSave(draft.base, draft.text, draft.document, companions);
  const check = useCheck(changes, stage.step === "edit" && draft.document.kind !== "empty");
  const standing = useQuery(
    trpc.config.get.queryOptions(
      { ref: draft.base.ref ?? "" },
      { enabled: draft.base.ref !== null, retry: false, refetchInterval: REFRESH_MS },
    ),
  );
  const [pending] = useState(() => new PendingTexts());
  const hasPending = usePendingCount(pending) > 0;
  const guard = useLeaveGuard((draft.text !== draft.base.text || hasPending) && stage.step !== "watch");
  const [wantsPreview, setWantsPreview] = useState(false);
  const [isAttempted, setIsAttempted] = useState(false);
  const apply = useMutation(trpc.config.applyChanges.mutationOptions());

  function onApplied(result: ApplyResult, intent: "save" | "delete"): void {
    void refreshMesh(queryClient);
    if (result.revision === null) {
      setStage({ step: "edit" });
      setNotice(
        result.diagnostics.length > 0
          ? "The server refused it; see the problems."
          : "Nothing differed, so no revision was made.",
      );
      return;
    }
    draft.forget();
    const ref = readRef(value);
    setStage({ step: "watch", intent, revision: result.revision, ref });
    // What was new has a page of its own now, and what was proposed is done; the roll-out on this one goes on.
    if (intent === "save" && (draft.base.ref === null || props.propose !== undefined) && ref !== null)
      window.history.replaceState(null, "", resourceHref(ref));
  }

  /** From what the server holds now, which an undo may have changed again. */
  async function editAgain(ref: string): Promise<void> {
    try {
      const now = await queryClient.fetchQuery(trpc.config.get.queryOptions({ ref }, { staleTime: 0 }));
      draft.rebase({ ref, text: now.text, resourceVersion: now.resourceVersion }, now.text);
    } catch (error) {
      if (readApiError(error).reason !== "not-found") setNotice(readApiError(error).message);
      else draft.rebase({ ref: null, text: "", resourceVersion: null }, draft.text);
    }
    apply.reset();
    setStage({ step: "edit" });
  }

  // An edit that has not begun is not checked: what is known of the resource as it stands is shown.
  const found = draft.isChanged ? check.result?.diagnostics : (standing.data?.diagnostics ?? []);
  // What a new document still lacks is no mistake until something was filled in.
  const isBlank = draft.isPristine && hasErrors(found ?? []);
  const asked = useMemo(
    () => askFor(props.findBlanks, draft.base.text, value),
    [props.findBlanks, draft.base.text, value],
  );
  const { problems, blanks } = splitBlanks([...(found ?? []), ...asked], value);
  const hasBlanks = blanks.length > 0;
  const diagnostics = (isBlank ? [] : isAttempted ? [...blanks, ...problems] : problems).map((each) =>
    withLine(each, draft.text, readRef(value)),
  );
  // What is added after the complaint is asked for again.
  useEffect(() => {
    if (!hasBlanks) setIsAttempted(false);
  }, [hasBlanks]);

  /** What stands in a field is in the document first: a preview of anything else would mislead. */
  function onPreview(): void {
    setNotice(null);
    const left = pending.takeAll();
    if (left.length > 0) setNotice(`${left.join(", ")} cannot be taken: correct it, or empty the field.`);
    else if (hasBlanks) setIsAttempted(true);
    else setWantsPreview(true);
  }
  // A render later, when what was taken is part of the changes.
  useEffect(() => {
    if (!wantsPreview) return;
    setWantsPreview(false);
    setStage({ step: "preview", intent: "save", changes });
  }, [wantsPreview, changes]);

  const drawConflict = ({ message, resource: other }: ApiError) => {
    if (draft.base.ref === null || (other !== null && other !== draft.base.ref))
      return (
        <Notice
          tone="warn"
          role="alert"
          className="mb-4"
          title={other === null ? "Someone was faster" : `${other} is in the way`}
        >
          {message}. Nothing of yours is lost: reload to see what is there, your text comes back with it.
        </Notice>
      );
    return (
      <ConflictNotice
        draft={draft}
        message={message}
        onResolved={(overlaps) => {
          apply.reset();
          setStage({ step: "edit" });
          setNotice(
            overlaps.length === 0
              ? "Your changes are on top of theirs now."
              : `Your changes are on top of theirs. Both had changed ${overlaps.join(", ")}: yours stands there.`,
          );
        }}
      />
    );
  };

  if (stage.step === "watch")
    return (
      <>
        <Steps current="watch" />
        <WatchStep
          revision={stage.revision}
          verb={stage.intent === "delete" ? "Deleted" : "Applied"}
          actions={
            <>
              {stage.intent === "delete" || stage.ref === null ? null : (
                <Button onClick={() => void editAgain(stage.ref ?? "")}>Edit again</Button>
              )}
              <ButtonLink href={backHref} variant="primary">
                Done
              </ButtonLink>
            </>
          }
        />
      </>
    );

  if (stage.step === "preview") {
    const isDelete = stage.intent === "delete";
    return (
      <>
        <Steps current="preview" />
        <ReviewStep
          title={isDelete ? `Delete ${label}?` : "What it would do"}
          changes={stage.changes}
          suggestedReason={isDelete ? `delete ${label}` : suggestReason(props, draft.base, value)}
          applyLabel={isDelete ? "Delete" : "Apply"}
          isDangerous={isDelete}
          isApplying={apply.isPending}
          applyError={apply.error}
          onApply={(reason) =>
            apply.mutate(
              { changes: [...stage.changes], reason },
              { onSuccess: (result) => onApplied(result, stage.intent) },
            )
          }
          onConflict={drawConflict}
          backLabel="Back to the edit"
          onBack={() => {
            apply.reset();
            setStage({ step: "edit" });
          }}
        />
        <LeaveDialog guard={guard} onDiscard={draft.discard} />
      </>
    );
  }

  const conflict = check.error === null || check.error === undefined ? null : readApiError(check.error);
  const isGone = standing.error !== null && readApiError(standing.error).reason === "not-found";
  return (
    <PendingTextsContext value={pending}>
      <Steps current="edit" />
      {conflict?.reason === "conflict" ? drawConflict(conflict) : null}
      {draft.offer === null ? null : <DraftOfferNotice offer={draft.offer} />}
      {notice === null ? null : (
        <Notice tone="accent" role="status" className="mb-4">
          {notice}
        </Notice>
      )}
      {isGone ? (
        <Notice tone="warn" role="status" className="mb-4" title={`${draft.base.ref ?? label} was deleted meanwhile`}>
          What is shown is what it was. Its history is on the page Changes, where the deletion can be undone.
        </Notice>
      ) : null}
      <EditStep
        label={label}
        draft={draft}
        diagnostics={diagnostics}
        ownRef={readRef(value)}
        isAttempted={isAttempted}
        companions={companions}
        standing={standing.data ?? null}
        renderForm={props.renderForm}
        renderAside={props.renderAside}
        isIncomplete={isBlank || (hasBlanks && !isAttempted)}
        view={search.get("view") === "yaml" ? "yaml" : "form"}
        firstLine={readLine(search.get("line"))}
        onViewChange={(view) => search.set({ view: view === "yaml" ? "yaml" : null, line: null })}
      />
      <EditBar
        draft={draft}
        check={check}
        diagnostics={diagnostics}
        isBlank={isBlank}
        hasBlanks={hasBlanks && !isAttempted}
        hasPending={hasPending}
        onPreview={onPreview}
        onDelete={
          draft.base.ref === null
            ? null
            : () => setStage({ step: "preview", intent: "delete", changes: planDelete(draft.base) })
        }
      />
      <LeaveDialog guard={guard} onDiscard={draft.discard} />
    </PendingTextsContext>
  );
}

function Steps({ current }: { readonly current: Stage["step"] }) {
  return (
    <div className="mb-5">
      <EditorSteps current={current} />
    </div>
  );
}

function readLine(text: string | null): number | null {
  return text !== null && /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : null;
}

/** A document that had such gaps when the edit began is left as its author wants it. */
function askFor(find: ResourceEditorProps["findBlanks"], before: string, value: unknown): readonly Diagnostic[] {
  if (find === undefined || value === null) return [];
  const base = openDocument(before);
  return base.kind === "open" && find(base.value).length > 0 ? [] : find(value);
}

function planDelete({ ref, resourceVersion }: DraftBase): ConfigChange[] {
  if (ref === null) return [];
  return [{ op: "delete", ref, ...(resourceVersion === null ? {} : { expectedVersion: resourceVersion }) }];
}

function suggestReason({ suggestReason: suggest }: ResourceEditorProps, base: DraftBase, after: unknown): string {
  if (suggest === undefined || after === null) return "";
  const before = base.ref === null ? null : openDocument(base.text);
  return suggest(before?.kind === "open" ? before.value : null, after);
}
