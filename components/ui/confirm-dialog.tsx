import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  /** What is done: "Revoke". */
  readonly verb: string;
  /** The name of what it is done to. */
  readonly what: string;
  readonly consequence: string;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks once more: what is done does not come back. */
export function ConfirmDialog({ isOpen, verb, what, consequence, isPending, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(next) => !next && onClose()}
      title={`${verb} ${what}?`}
      description={consequence}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" isBusy={isPending} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    />
  );
}
