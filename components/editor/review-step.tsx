"use client";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { type ApiError, readApiError } from "#components/api/api-error.ts";
import { ApplyForm } from "#components/editor/apply-form.tsx";
import { PreviewFindings } from "#components/editor/preview-findings.tsx";
import { usePreview } from "#components/editor/use-preview.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { PreviewView } from "#core/view/config.ts";

export interface ReviewStepProps {
  readonly title: string;
  /** For the preview; what is applied is `onApply`'s business. */
  readonly changes: readonly ConfigChange[];
  /** Above the findings: what is to be known of these changes. */
  readonly note?: ReactNode;
  readonly suggestedReason: string;
  readonly applyLabel: string;
  readonly isDangerous?: boolean;
  readonly onApply: (reason: string) => void;
  readonly isApplying: boolean;
  readonly applyError: unknown;
  /** Drawn instead of the plain error when someone else changed it. */
  readonly onConflict?: (error: ApiError) => ReactNode;
  readonly backLabel: string;
  readonly onBack: () => void;
}

/** Preview: the diff, what proxies get, whom it concerns; then the reason and the button that applies it. */
export function ReviewStep(props: ReviewStepProps) {
  const { title, changes, onConflict, applyError } = props;
  const preview = usePreview(changes);
  const [reason, setReason] = useState(props.suggestedReason);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const failure = applyError ?? preview.error;
  const told = failure === null || failure === undefined ? null : readApiError(failure);
  const conflict = told?.reason === "conflict" && onConflict !== undefined ? onConflict(told) : null;
  return (
    <section aria-labelledby="review-title">
      <div className="mb-4 flex items-center gap-3">
        <h2 ref={heading} id="review-title" tabIndex={-1} className="font-semibold text-base text-ink outline-none">
          {title}
        </h2>
        <Button size="sm" variant="ghost" onClick={props.onBack}>
          <ArrowLeft aria-hidden /> {props.backLabel}
        </Button>
      </div>
      {conflict}
      {props.note ?? null}
      {preview.data === undefined ? (
        // What is in conflict has no preview, and the way on stands above.
        conflict !== null ? null : (
          <Card>
            {preview.error === null ? (
              <SkeletonRows rows={5} />
            ) : (
              <ErrorState
                error={preview.error}
                what="the preview"
                onRetry={() => void preview.refetch()}
                isRetrying={preview.isFetching}
              />
            )}
          </Card>
        )
      ) : (
        <>
          <PreviewFindings preview={preview.data} />
          <ApplyForm
            label={props.applyLabel}
            isDangerous={props.isDangerous ?? false}
            reason={reason}
            onReasonChange={setReason}
            onApply={() => props.onApply(reason)}
            isApplying={props.isApplying}
            blockedBecause={whyBlocked(preview.data)}
            error={conflict === null ? applyError : null}
          />
        </>
      )}
    </section>
  );
}

function whyBlocked(preview: PreviewView): string | null {
  if (!preview.ok) return "The errors above keep it from being applied.";
  if (preview.changed.length === 0) return "Nothing differs from what is there.";
  return null;
}
