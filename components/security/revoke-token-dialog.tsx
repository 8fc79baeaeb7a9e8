import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** Of a list of tokens: how one is revoked. */
export interface Revoking<T> {
  readonly nameOf: (token: T) => string;
  /** Absent: all of them. */
  readonly isRevocable?: (token: T) => boolean;
  readonly consequence: string;
  readonly isPending: boolean;
  readonly mutate: (input: { readonly id: string }, options: { readonly onSettled: () => void }) => void;
}

interface RevokeTokenDialogProps<T> {
  /** Null: nobody asked. */
  readonly token: T | null;
  readonly revoking: Revoking<T>;
  readonly onClose: () => void;
  /** What is done to it: "Revoke". */
  readonly verb?: string;
}

/** Asks once more: a revoked token does not come back. */
export function RevokeTokenDialog<T extends { readonly id: string }>({
  token,
  revoking,
  onClose,
  verb = "Revoke",
}: RevokeTokenDialogProps<T>) {
  return (
    <Dialog
      isOpen={token !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`${verb} ${token === null ? "" : revoking.nameOf(token)}?`}
      description={revoking.consequence}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Keep it
          </Button>
          <Button
            variant="danger"
            isBusy={revoking.isPending}
            onClick={() => token !== null && revoking.mutate({ id: token.id }, { onSettled: onClose })}
          >
            {verb}
          </Button>
        </>
      }
    />
  );
}
