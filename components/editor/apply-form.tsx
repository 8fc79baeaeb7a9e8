"use client";
import { useMay } from "#components/editor/use-may.ts";
import { Button } from "#components/ui/button.tsx";
import { FailureNotice } from "#components/ui/failure-notice.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextInput } from "#components/ui/text-input.tsx";

export interface ApplyFormProps {
  readonly label: string;
  readonly isDangerous: boolean;
  readonly reason: string;
  readonly onReasonChange: (reason: string) => void;
  readonly onApply: () => void;
  readonly isApplying: boolean;
  /** Why it cannot be applied now. */
  readonly blockedBecause: string | null;
  readonly error: unknown;
}

/** The reason that history keeps, and the button; Enter in the reason applies. */
export function ApplyForm({ label, isDangerous, reason, onReasonChange, onApply, ...state }: ApplyFormProps) {
  const may = useMay("config.applyChanges");
  const blocked = may.isAllowed ? state.blockedBecause : (may.reason ?? null);
  return (
    <form
      className="sticky bottom-0 z-10 mt-4 rounded-lg border border-line bg-raised p-4 shadow-raised"
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === null && !state.isApplying) onApply();
      }}
    >
      <FailureNotice error={state.error} className="mb-3" title="It was not applied" />
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Reason" className="min-w-64 flex-1" {...(blocked === null ? {} : { hint: blocked })}>
          <TextInput
            value={reason}
            onValueChange={onReasonChange}
            maxLength={1000}
            placeholder="Why, for whoever reads the history"
          />
        </Field>
        <Button
          type="submit"
          variant={isDangerous ? "danger" : "primary"}
          isBusy={state.isApplying}
          disabled={blocked !== null}
          className={blocked === null ? "" : "mb-6"}
        >
          {label}
        </Button>
      </div>
    </form>
  );
}
