import type { ReactNode } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { ShownOnce, type ShownOnceProps } from "#components/security/shown-once.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Notice } from "#components/ui/notice.tsx";

interface TokenDialogProps {
  /** What is made: "join token". */
  readonly what: string;
  readonly description?: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly isComplete: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Once it is made: shown this one time, with the commands that use it. */
  readonly made: ShownOnceProps | undefined;
  /** The fields of the form. */
  readonly children: ReactNode;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A form that makes a token, and then the token. */
export function TokenDialog({ what, isOpen, onClose, made, ...form }: TokenDialogProps) {
  if (made !== undefined)
    return (
      <Dialog
        isOpen={isOpen}
        onOpenChange={onClose}
        size="md"
        title={capital(what)}
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce {...made} />
      </Dialog>
    );
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title={`New ${what}`}
      {...(form.description === undefined ? {} : { description: form.description })}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" isBusy={form.isBusy} disabled={!form.isComplete} onClick={form.onSubmit}>
            Make token
          </Button>
        </>
      }
    >
      {form.error === null ? null : (
        <Notice tone="bad" role="alert" className="mb-3" title="No token was made">
          {readApiError(form.error).message}
        </Notice>
      )}
      {form.children}
    </Dialog>
  );
}
